'use strict';
// What apps written for PM2 expect: process.send('ready') tells the supervisor that the app is ready, and a 'shutdown'
// message asks it to stop. Without PM2 there is no IPC channel, so both are played here.

/** Lets the app call process.send; `onReady` hears of 'ready'. A real IPC channel, if there is one, goes on working. */
function listenForReady(onReady) {
  const send = process.send;
  process.send = function (message, ...rest) {
    if (message === 'ready' || message?.type === 'ready') onReady();
    if (send) return send.call(process, message, ...rest);
    const callback = rest.pop();
    if (typeof callback === 'function') process.nextTick(callback, null);
    return true;
  };
  if (!send) pretendToBeConnected();
}

function pretendToBeConnected() {
  process.connected = true;
  process.disconnect = () => {
    process.connected = false;
    process.nextTick(() => process.emit('disconnect'));
  };
}

function askToShutDown() {
  process.emit('message', 'shutdown');
}

module.exports = { listenForReady, askToShutDown };
