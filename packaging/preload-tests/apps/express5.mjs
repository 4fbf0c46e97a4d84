import express from 'express5';
import routes from './routes.cjs';
const app = express();
app.use(async (req, res) => res.send(await routes.answer(req.url)));
app.listen(Number(process.env.PORT), '0.0.0.0');
