/**
 * The panel that makes Slack misbehave for the app.
 *
 * Promise: shows the faults still waiting to happen, as the sandbox has them.
 */

import { addFault, clearFaults } from './api.js';
import { attempt } from './attempt.js';
import { byId, el, fill } from './dom.js';

/** @type {Record<string, string>} */
const KINDS = {
  ratelimited: 'answers 429',
  server_error: 'answers 500',
  lost_before: 'is cut off, nothing done',
  lost_after: 'does it, the answer is lost',
  slow: 'takes 5 seconds',
  duplicate: 'sends it twice',
};
const DELIVERY = 'delivery';
const ONLY_CALLS = ['ratelimited', 'server_error'];
const ONLY_DELIVERIES = ['duplicate'];
const METHODS = ['chat.postMessage', 'chat.update', 'chat.postEphemeral', 'views.open', 'conversations.open', 'users.info', '*', DELIVERY];

/**
 * @param {import('./state.js').Store} store
 * @param {{onchange: () => Promise<void>}} listeners
 */
export function createFaults(store, { onchange }) {
  /** @type {HTMLFormElement} */
  const form = byId('fault-form');
  fill(byId('fault-methods'), METHODS.map((method) => el('option', { value: method })));
  const offerKinds = () => fill(byId('fault-kind'), kindsOf(form.elements.namedItem('method')).map(kindOption));
  form.addEventListener('change', (event) => {
    if (/** @type {HTMLInputElement} */ (event.target).name === 'method') offerKinds();
  });
  offerKinds();

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(form, async () => {
      await addFault(faultOf(new FormData(form)));
      await onchange();
    });
  });
  byId('faults-clear').addEventListener('click', () => attempt(form, async () => {
    await clearFaults();
    await onchange();
  }));
  store.watch((state) => [state.faults], ({ faults }) => {
    byId('faults-clear').hidden = faults.length === 0;
    fill(byId('faults'), faults.map((fault) =>
      el('li', {}, el('code', {}, fault.method), ` ${KINDS[fault.kind] ?? fault.kind}, ${timesOf(fault)}`)));
  });
}

/** @param {any} method the field of the method; a delivery is what the sandbox sends to the app */
function kindsOf(method) {
  const impossible = method.value === DELIVERY ? ONLY_CALLS : ONLY_DELIVERIES;
  return Object.keys(KINDS).filter((kind) => !impossible.includes(kind));
}

/** @param {string} kind */
const kindOption = (kind) => el('option', { value: kind }, KINDS[kind]);

/** @param {FormData} entered */
function faultOf(entered) {
  const kind = entered.get('kind');
  const fault = { method: entered.get('method'), kind, times: Number(entered.get('times')) };
  return kind === 'slow' ? { ...fault, delay: 5 } : fault;
}

/** @param {{times: number}} fault */
const timesOf = ({ times }) => (times === 1 ? 'once' : `${times} times`);
