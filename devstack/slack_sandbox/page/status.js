/**
 * What is wrong with the connections, in one bar over the messages, and the links of the workspace.
 *
 * Promise: the bar is empty exactly when the page hears the sandbox and the app is connected to it.
 */

import { byId, el, fill } from './dom.js';
import { appName } from './state.js';

/** @param {import('./state.js').Store} store */
export function createStatus(store) {
  store.watch((state) => [state.lost, state.health?.transport, state.workspace], (state) => {
    const problem = problemOf(state);
    byId('status').hidden = problem === '';
    byId('status').classList.toggle('is-lost', state.lost);
    byId('status-text').textContent = problem;
    const isConnected = Boolean(state.health && state.health.transport !== 'none' && !state.lost);
    byId('app-state').classList.toggle('is-on', isConnected);
    byId('app-state-text').textContent = stateOf(state);
  });
  store.watch((state) => [state.workspace], ({ workspace }) => {
    const links = workspace?.links ?? [];
    byId('links-section').hidden = links.length === 0;
    fill(byId('links'), links.map(({ title, url }) =>
      el('li', {}, el('a', { href: /^https?:/i.test(url) ? url : undefined, target: '_blank', rel: 'noopener noreferrer' }, title))));
  });
}

/** @param {import('./state.js').State} state */
function problemOf(state) {
  if (state.lost) return 'Connection to the sandbox lost, retrying…';
  if (state.health?.transport === 'none') {
    return `${appName(state)} is not connected: commands and clicks get no answer until it runs.`;
  }
  return '';
}

/** @param {import('./state.js').State} state */
function stateOf(state) {
  if (state.lost) return 'The sandbox is out of reach';
  if (!state.health) return 'Connecting…';
  const ways = { socket: 'connected by Socket Mode', http: 'reached over HTTP', none: 'not connected' };
  return `${appName(state)} is ${ways[state.health.transport]}`;
}
