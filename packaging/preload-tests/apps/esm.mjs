import { createServer } from 'node:http';
import routes from './routes.cjs';
const server = createServer(async (req, res) => res.end(await routes.answer(req.url)));
server.once('listening', () => console.log('address', JSON.stringify(server.address())));
await new Promise((resolve) => server.listen({ port: Number(process.env.PORT), host: '127.0.0.1', backlog: 7 }, resolve));
