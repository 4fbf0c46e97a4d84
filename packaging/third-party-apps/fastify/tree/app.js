'use strict';

module.exports = async function app(fastify, _options) {
  fastify.get('/', async () => ({ name: 'release @RELEASE@' }));
};
