// Deployments in the middle of it all, and what is right to come of them.
import { AgentAway, AgentRefused } from '../lib/agent-api.mjs';
import { now } from './ledger.mjs';

const LIMIT_MS = 240_000;
/** Refusals that are right while an app, its disk or an earlier deployment is in trouble. */
const IN_TROUBLE = /^(deployment\.|worker\.|host\.|disk\.|app\.|internal|storage\.)/;

export class Deploying {
  /** `run` has agent, say(line); `plans` gives per app `{ good, bad }`, the releases by name. */
  constructor(run, plans) {
    this.run = run;
    this.plans = plans;
    this.outcomes = [];
    this.watching = [];
  }

  /** Asks for the deployment of a step, and follows it, without waiting: the agent may be frozen. */
  ask(step) {
    this.watching.push(this.begin(step).then((word) => this.run.say(word)));
    return 'asked for';
  }

  /** A word for the story, once the agent has answered. */
  async begin(step) {
    const from = now();
    try {
      const { id, toRelease } = await this.request(step);
      this.watching.push(this.follow({ app: step.app, id, release: toRelease, from }));
      return `${id} of ${toRelease} begins`;
    } catch (error) {
      if (!(error instanceof AgentAway) && !(error instanceof AgentRefused)) throw error;
      this.outcomes.push({ app: step.app, id: null, release: step.release ?? null, from, to: now(), refused: error instanceof AgentRefused ? error.code : 'away', detail: error.message });
      return `${step.step} of ${step.app} is refused: ${error.message}`;
    }
  }

  request({ step, app, release }) {
    const { api } = this.run.agent;
    if (step === 'rollback') return api.post(`/v1/apps/${app}/rollback`, {});
    return api.post(`/v1/apps/${app}/deployments`, { release, force: true });
  }

  async follow({ app, id, release, from }) {
    let outcome;
    try {
      const { state, failure } = await this.run.agent.api.over(id, LIMIT_MS);
      outcome = { app, id, release, from, to: now(), state, why: failure ? `${failure.reason}: ${failure.detail}` : null };
    } catch (error) {
      outcome = { app, id, release, from, to: now(), state: 'unknown', why: error.message };
    }
    this.outcomes.push(outcome);
    this.run.say(`${id} of ${release} ended ${outcome.state}${outcome.why ? `: ${outcome.why}` : ''}`);
  }

  /** Returns when every deployment that was asked for is over. */
  async settle() {
    for (let waited = -1; waited !== this.watching.length; ) {
      waited = this.watching.length; // One that begins adds another, which follows it.
      await Promise.all(this.watching);
    }
  }
}

/** The releases of an app that were deployed successfully before `at`, the first one included, which nobody asked for here. */
function succeeded(outcomes, app, first, at) {
  return new Set([first, ...outcomes.filter((outcome) => outcome.id && outcome.app === app && outcome.state === 'successful' && outcome.to <= at).map(({ release }) => release)]);
}

/** What is wrong with the outcomes, a sentence each. A good release may fail, and a request be refused, only in trouble. */
export function wrongOutcomes(outcomes, plans, ledger) {
  const wrong = [];
  for (const { app, id, release, from, to, state, why, refused, detail } of outcomes) {
    const isBad = plans[app].bad.includes(release);
    const trouble = ledger.around(app, from - 60_000, to).length > 0;
    const running = outcomes.some((other) => other.id && other.id !== id && other.app === app && other.from <= to && other.to >= from);
    if (refused !== undefined) {
      const inTrouble = trouble && (refused === 'away' || IN_TROUBLE.test(refused ?? ''));
      const nowhereToGo = refused === 'rollback.no-target' && succeeded(outcomes, app, plans[app].good[0], to).size < 2;
      if (!inTrouble && !nowhereToGo && !(running && refused === 'deployment.in-progress')) wrong.push(`a deployment of ${app} was refused without a reason that was given it: ${detail}`);
    } else if (state === 'unknown') wrong.push(`${id} has no end: ${why}`);
    else if (isBad && state === 'successful') wrong.push(`${id} of the bad release ${release} was successful`);
    else if (!isBad && state !== 'successful' && !trouble) wrong.push(`${id} of the good release ${release} ended ${state} although nothing had been done to ${app}: ${why}`);
  }
  return wrong;
}
