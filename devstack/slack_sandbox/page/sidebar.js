/**
 * The side of the page: who you are, and which conversation is open.
 *
 * Promise: shows each person's own zone and local time; a dot marks a conversation, or a person, with something new.
 */

import { avatar, badges } from './avatar.js';
import { byId, el, fill, icon } from './dom.js';
import { createMenu } from './menu.js';
import { appName, appOf, channelsOf, DM, nameOf, personOf } from './state.js';
import { clock, now } from './time.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {{me?: string, channel?: string}} Place */

const MINUTE = 60_000;

/**
 * @param {import('./state.js').Store} store
 * @param {{ongo: (place: Place) => void}} listeners
 */
export function createSidebar(store, { ongo }) {
  const picker = pickerOf(store, ongo);
  byId('identity').append(picker.node);
  store.watch((state) => [state.workspace, state.me, state.news], picker.render);
  setInterval(() => picker.render(store.get()), MINUTE);
  store.watch((state) => [state.workspace, state.me, state.channel, state.unread], (state) => {
    fill(byId('team-name'), state.workspace?.team.name ?? '');
    fill(byId('conversations'), conversations(state, ongo));
    fill(byId('conversation-title'), titleOf(state));
    document.title = `${state.unread.length ? '● ' : ''}${nameOf(personOf(state))} · Slack sandbox`;
  });
}

/**
 * @param {import('./state.js').Store} store
 * @param {(place: Place) => void} ongo
 */
function pickerOf(store, ongo) {
  const face = el('span', { id: 'identity-face', class: 'identity-face' });
  const node = createMenu({
    label: 'You are',
    face: [face, icon('chevron')],
    className: 'identity-button',
    choice: true,
    items: () => (store.get().workspace?.people ?? []).map((person) => pickerItem(person, store.get())),
    onchoose: (me) => ongo({ me }),
  });
  const button = /** @type {HTMLElement} */ (node.querySelector('button'));
  button.setAttribute('aria-labelledby', 'identity-label identity-face');
  /** @param {State} state */
  const render = (state) => {
    const person = personOf(state);
    fill(face, person && personFace(person));
    button.classList.toggle('has-news', state.news.length > 0);
  };
  return { node, render };
}

/**
 * @param {import('./types.js').Person} person
 * @param {State} state
 * @returns {import('./menu.js').MenuItem}
 */
function pickerItem(person, state) {
  const isNew = state.news.includes(person.id) && el('span', { class: 'dot', role: 'img', 'aria-label': 'new message' });
  return { value: person.id, checked: person.id === state.me, label: [personFace(person), isNew] };
}

/** @param {import('./types.js').Person} person */
function personFace(person) {
  const place = person.tz ? `${clock(now(), person.tz)} · ${person.tz.replaceAll('_', ' ')}` : `@${person.name}`;
  return el('span', { class: 'person-face' },
    avatar(person),
    el('span', { class: 'person-text' },
      el('span', { class: 'person-name' }, el('bdi', {}, nameOf(person)), badges(person)),
      el('small', {}, place)));
}

/**
 * @param {State} state
 * @param {(place: Place) => void} ongo
 */
function conversations(state, ongo) {
  return [
    el('h2', {}, 'Direct message'),
    el('ul', {}, conversation(state, DM, appName(state), avatar(appOf(state), 'is-small'), ongo)),
    el('h2', {}, 'Channels'),
    el('ul', {}, channelsOf(state).map((channel) =>
      conversation(state, channel.id, channel.name ?? channel.id, el('span', { class: 'hash', 'aria-hidden': 'true' }, '#'), ongo))),
  ];
}

/**
 * @param {State} state
 * @param {string} id
 * @param {string} name
 * @param {HTMLElement} mark
 * @param {(place: Place) => void} ongo
 */
function conversation(state, id, name, mark, ongo) {
  const current = id === state.channel ? 'page' : undefined;
  const unread = state.unread.includes(id) && el('span', { class: 'dot', role: 'img', 'aria-label': 'new messages' });
  return el('li', {}, el('button', {
    type: 'button', class: 'conversation', 'aria-current': current, onclick: () => ongo({ channel: id }),
  }, mark, el('span', { class: 'conversation-name', dir: 'auto' }, name), unread));
}

/** @param {State} state */
function titleOf(state) {
  if (state.channel === DM) return [avatar(appOf(state), 'is-small'), appName(state)];
  return `# ${channelsOf(state).find(({ id }) => id === state.channel)?.name ?? state.channel}`;
}
