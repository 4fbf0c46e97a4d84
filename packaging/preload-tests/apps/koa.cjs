'use strict';
const koaModule = require('koa');
const Koa = koaModule.default ?? koaModule;
const { answer } = require('./routes.cjs');
const app = new Koa();
app.use(async (ctx) => {
  ctx.body = await answer(ctx.url);
});
app.listen({ port: process.env.PORT });
