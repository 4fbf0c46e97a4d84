#!/usr/bin/env python3
"""A service manager as small as it can be: runs COMMAND as one service, keeps the descriptors that it stores (FDSTORE=1),
and starts it again with them (LISTEN_FDS) when it ends. Real systemd does the same; this needs no machine of its own.

    service-manager.py DIRECTORY COMMAND...

DIRECTORY/pid holds the service's process id, DIRECTORY/store the names of what is kept, one a line, DIRECTORY/told every message.
SIGTERM ends the service and this program."""
import array, os, select, signal, socket, sys

directory, command = sys.argv[1], sys.argv[2:]
address = '\0pointsman-test-%d' % os.getpid()  # Abstract, as systemd's may be.
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
notify.bind(address)
store = []  # (name, descriptor), in order
ending = False


def write(name, text):
    path = os.path.join(directory, name)
    with open(path + '.new', 'w') as out:
        out.write(text)
    os.rename(path + '.new', path)


def same(a, b):
    one, other = os.fstat(a), os.fstat(b)
    return (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)


def take():
    data, ancillary, _, _ = notify.recvmsg(4096, socket.CMSG_SPACE(64 * 4))
    descriptors = array.array('i')
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
    lines = dict(line.split('=', 1) for line in data.decode().splitlines() if '=' in line)
    with open(os.path.join(directory, 'told'), 'a') as told:
        told.write(' '.join(data.decode().splitlines()) + '\n')
    name = lines.get('FDNAME', 'stored')
    for descriptor in descriptors:
        if lines.get('FDSTORE') == '1' and not any(same(descriptor, kept) for _, kept in store):
            store.append((name, descriptor))
        else:
            os.close(descriptor)
    if lines.get('FDSTOREREMOVE') == '1':
        for entry in [entry for entry in store if entry[0] == name]:
            os.close(entry[1])
            store.remove(entry)
    write('store', ''.join(name + '\n' for name, _ in store))


def start():
    service = os.fork()
    if service == 0:
        environment = dict(os.environ, NOTIFY_SOCKET='@' + address[1:])
        high = [os.dup2(descriptor, 500 + i) for i, (_, descriptor) in enumerate(store)]
        for i, descriptor in enumerate(high):
            os.dup2(descriptor, 3 + i)
            os.close(descriptor)
        if store:
            environment['LISTEN_PID'] = str(os.getpid())
            environment['LISTEN_FDS'] = str(len(store))
            environment['LISTEN_FDNAMES'] = ':'.join(name for name, _ in store)
        os.execvpe(command[0], command, environment)
    write('pid', str(service))
    return service


def end(*_):
    global ending
    ending = True


signal.signal(signal.SIGTERM, end)
service = start()
while not ending:
    if select.select([notify], [], [], 0.02)[0]:
        take()
    elif os.waitpid(service, os.WNOHANG)[0] == service:
        service = start()
os.kill(service, signal.SIGTERM)
os.waitpid(service, 0)
