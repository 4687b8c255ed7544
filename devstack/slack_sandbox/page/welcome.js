/**
 * What an empty conversation shows: who talks to whom, and commands to begin with.
 *
 * Promise: an example is put into the composer, never sent by itself.
 */

import { avatar } from './avatar.js';
import { examples } from './commands.js';
import { el } from './dom.js';
import { appName, appOf, channelsOf, DM, nameOf, personOf, refusal } from './state.js';

/**
 * @param {import('./state.js').State} state
 * @param {(text: string) => void} onexample
 * @returns {HTMLElement}
 */
export function welcome(state, onexample) {
  const app = appName(state);
  const name = nameOf(personOf(state));
  const channel = channelsOf(state).find(({ id }) => id === state.channel);
  const title = state.channel === DM ? [el('bdi', {}, name), `, meet ${app}`] : `# ${channel?.name ?? state.channel}`;
  const text = state.channel === DM
    ? `This is where ${app} writes to you. Type a slash command below, or start with one of these:`
    : `Nobody has posted here yet. Commands typed here are answered here, and only you see the answers.`;
  return el('div', { class: 'welcome' },
    avatar(appOf(state), 'is-large'),
    el('h2', {}, title),
    el('p', {}, text),
    refusal(state) === '' && el('div', { class: 'examples' }, examples(colleagueOf(state)).map((example) =>
      el('button', { type: 'button', class: 'example', onclick: () => onexample(example) }, example))));
}

/** @param {import('./state.js').State} state */
function colleagueOf({ workspace, me }) {
  const others = workspace?.people.filter((person) => person.id !== me && !person.is_bot && !person.deleted);
  return others?.[0]?.name;
}
