// Sessions: in Redis when REDIS_URL is set, so that every worker and every release sees the same ones;
// otherwise in this process's memory, which no other worker sees and which ends with it.
import session from 'express-session';
import { randomBytes } from 'node:crypto';

const DAY_MS = 86_400_000;

/** Opens the session store that the environment asks for. */
export async function openSessions(env) {
  if (env.REDIS_URL && !env.SESSION_SECRET) {
    throw new Error('REDIS_URL is set but SESSION_SECRET is not: workers could not read each other\'s cookies');
  }
  const redis = env.REDIS_URL ? await connect(env.REDIS_URL) : null;
  return {
    middleware: session({
      store: redis?.store,
      secret: env.SESSION_SECRET ?? randomBytes(32).toString('hex'),
      name: 'sid',
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: 'lax', secure: 'auto', maxAge: DAY_MS },
    }),
    state: () => (redis === null ? 'memory' : redis.client.isReady ? 'redis' : 'redis-away'),
    close: () => redis?.client.isOpen && redis.client.destroy(),
  };
}

async function connect(url) {
  const [{ createClient }, { RedisStore }] = await Promise.all([import('redis'), import('connect-redis')]);
  const client = createClient({
    url,
    disableOfflineQueue: true, // Redis away: a session request fails now rather than hangs.
    socket: { connectTimeout: 5_000, reconnectStrategy: (tries) => Math.min(100 * 2 ** tries, 2_000) },
  });
  let away = false;
  client.on('error', (error) => {
    if (!away) console.error(`sessions: Redis is away: ${error.message}`);
    away = true;
  });
  client.on('ready', () => {
    if (away) console.log('sessions: Redis is back');
    away = false;
  });
  client.connect().catch(() => {}); // It goes on trying; what went wrong was reported by 'error'.
  return { client, store: new RedisStore({ client, prefix: 'sample:' }) };
}
