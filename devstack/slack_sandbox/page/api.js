/**
 * The control API of the Slack sandbox, one function a call.
 *
 * Promise: each call resolves to the server's JSON or rejects with a ControlError whose message a person can read.
 */

/** @typedef {import('./types.js').Delivery} Delivery */

/** The sandbox refused a call, or could not be reached (`status` 0). */
export class ControlError extends Error {
  /**
   * @param {string} message
   * @param {number} status
   */
  constructor(message, status) {
    super(message);
    this.name = 'ControlError';
    this.status = status;
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>}
 */
async function call(method, path, body) {
  const request = { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`/control/${path}`, request).catch(() => {
    throw new ControlError('The sandbox server does not answer. Is it still running?', 0);
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    const said = answer.message ?? answer.error ?? `The sandbox answered ${response.status}.`;
    throw new ControlError(said, response.status);
  }
  return answer;
}

/** @param {Record<string, string | undefined>} query */
function queryString(query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return new URLSearchParams(/** @type {[string, string][]} */ (given)).toString();
}

export const health = () => call('GET', 'health');

export const workspace = () => call('GET', 'workspace');

/**
 * @param {string} user
 * @param {string} [channel] the DM with the bot when absent
 */
export const messages = (user, channel) => call('GET', `messages?${queryString({ user, channel })}`);

/** @param {string} user */
export const views = (user) => call('GET', `views?${queryString({ user })}`);

/** The slash commands people typed, oldest first. */
export const commands = () => call('GET', 'deliveries?kind=command');

/** @param {object} person */
export const addPerson = (person) => call('POST', 'people', person);

/**
 * @param {string} user
 * @param {object} changes
 */
export const changePerson = (user, changes) => call('PATCH', `people/${user}`, changes);

/**
 * @param {{user: string, channel?: string, text: string}} command
 * @returns {Promise<Delivery>}
 */
export const sendCommand = (command) => call('POST', 'commands', command);

/**
 * @param {object} action
 * @returns {Promise<Delivery>}
 */
export const sendAction = (action) => call('POST', 'actions', action);

/**
 * @param {string} view
 * @param {string} user
 * @param {object} values
 * @returns {Promise<Delivery & {view_outcome: string, errors?: Record<string, string>}>}
 */
export const submitView = (view, user, values) => call('POST', `views/${view}/submit`, { user, values });

/**
 * @param {string} view
 * @param {string} user
 */
export const closeView = (view, user) => call('POST', `views/${view}/close`, { user });

/**
 * Opens the app's Home tab, of which the app hears.
 * @param {string} user
 */
export const openHome = (user) => call('POST', 'home', { user, tab: 'home' });

/** @param {string} user */
export const home = (user) => call('GET', `home?${queryString({ user })}`);

export const faults = () => call('GET', 'faults');

/** @param {object} fault */
export const addFault = (fault) => call('POST', 'faults', fault);

export const clearFaults = () => call('DELETE', 'faults');

/**
 * Listens to what changes. The browser reconnects by itself; `onopen` runs at each connection, so that the page can
 * fetch what it missed.
 * @param {{onchange: (change: import('./types.js').Change) => void, onopen: () => void, onlost: () => void}} listeners
 */
export function listen({ onchange, onopen, onlost }) {
  const source = new EventSource('/control/stream');
  source.onopen = onopen;
  source.onmessage = (event) => onchange(JSON.parse(event.data));
  source.onerror = () => {
    onlost();
    // A server that answers with an error ends the EventSource for good; then a new one is needed.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen({ onchange, onopen, onlost }), 2000);
  };
}
