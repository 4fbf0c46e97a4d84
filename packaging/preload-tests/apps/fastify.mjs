import Fastify from 'fastify';
import routes from './routes.cjs';
const app = Fastify();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => done(null, body));
app.route({ method: ['GET', 'POST'], url: '/*', handler: async (request) => routes.answer(request.url) });
await app.listen({ port: Number(process.env.PORT), host: 'localhost' }); // Two servers where localhost has two addresses.
console.log('addresses', JSON.stringify(app.addresses()));
process.once('SIGTERM', () => app.close().then(() => process.exit(0)));
