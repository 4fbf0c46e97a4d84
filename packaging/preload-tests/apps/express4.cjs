'use strict';
const express = require('express4');
const { answer } = require('./routes.cjs');
const app = express();
app.use(async (req, res) => res.send(await answer(req.url)));
app.listen(process.env.PORT, () => console.log('listening')); // A string, as it comes from the environment.
