/**
 * The people of the workspace: change what Slack knows about them, or let somebody new join.
 *
 * Promise: a change is shown once the sandbox has made it; what was entered stays when it could not.
 */

import { addPerson, changePerson } from './api.js';
import { avatar, badges } from './avatar.js';
import { byId, el, fill } from './dom.js';
import { attemptIn } from './attempt.js';
import { nameOf } from './state.js';
import { allZones, clock, now } from './time.js';

/** @typedef {import('./types.js').Person} Person */

const SNOOZE = 3600;

/**
 * @param {import('./state.js').Store} store
 * @param {{onchange: () => Promise<void>, onjoin: (user: string) => Promise<void>}} listeners
 */
export function createPeople(store, { onchange, onjoin }) {
  const list = byId('people');

  /**
   * @param {HTMLElement} row
   * @param {Person} person
   * @param {object} changes
   */
  const change = (row, person, changes) => attemptIn(row, async () => {
    await changePerson(person.id, changes);
    await onchange();
  });

  store.watch((state) => [state.workspace], ({ workspace }) => {
    const open = new Set([...list.querySelectorAll('details[open]')].map((node) => node.getAttribute('data-user')));
    fill(list, (workspace?.people ?? []).map((person) => personRow(person, open.has(person.id), change)));
  });

  createJoinDialog(onjoin);
}

/**
 * @param {Person} person
 * @param {boolean} isOpen
 * @param {(row: HTMLElement, person: Person, changes: object) => Promise<unknown>} change
 */
function personRow(person, isOpen, change) {
  /** @param {object} changes */
  const apply = (changes) => change(row, person, changes);
  const zone = /** @type {HTMLSelectElement} */ (
    el('select', { onchange: () => apply({ tz: zone.value }) }, zoneOptions(person.tz)));
  const isSnoozed = Number(person.snooze_until ?? 0) > now();
  const row = el('details', { 'data-user': person.id, open: isOpen },
    el('summary', {}, avatar(person, 'is-small'), el('span', { dir: 'auto' }, nameOf(person)), badges(person)),
    el('div', { class: 'person-actions' },
      el('small', { class: 'muted' }, `@${person.name} · ${person.id}`),
      !person.is_bot && !person.deleted && el('label', {}, 'Time zone', zone),
      el('div', { class: 'row' },
        person.deleted
          ? el('button', { type: 'button', class: 'button', onclick: () => apply({ deleted: false }) }, 'Reactivate')
          : el('button', { type: 'button', class: 'button danger', onclick: () => apply({ deleted: true }) }, 'Deactivate'),
        !person.is_bot && !person.deleted && snoozeButton(isSnoozed, apply)),
      isSnoozed && el('small', { class: 'muted' }, `Snoozed until ${clock(Number(person.snooze_until), person.tz ?? 'UTC')}`),
      el('p', { class: 'problem', role: 'alert' })));
  return row;
}

/**
 * @param {boolean} isSnoozed
 * @param {(changes: object) => Promise<unknown>} apply
 */
function snoozeButton(isSnoozed, apply) {
  const snooze = () => apply({ snooze_until: isSnoozed ? null : Math.round(now()) + SNOOZE });
  return el('button', { type: 'button', class: 'button', onclick: snooze }, isSnoozed ? 'End snooze' : 'Snooze 1 hour');
}

/** @param {string | undefined} chosen */
function zoneOptions(chosen) {
  const zones = allZones();
  const listed = !chosen || zones.includes(chosen) ? zones : [chosen, ...zones];
  return listed.map((zone) => el('option', { value: zone, selected: zone === chosen }, zone));
}

/** @param {(user: string) => Promise<void>} onjoin */
function createJoinDialog(onjoin) {
  /** @type {HTMLDialogElement} */
  const dialog = byId('join');
  /** @type {HTMLFormElement} */
  const form = byId('join-form');
  fill(byId('join-zone'), zoneOptions(Intl.DateTimeFormat().resolvedOptions().timeZone));
  byId('join-open').addEventListener('click', () => dialog.showModal());
  byId('join-cancel').addEventListener('click', () => dialog.close());
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    attemptIn(form, async () => {
      const joined = await addPerson(newPerson(new FormData(form)));
      dialog.close();
      form.reset();
      await onjoin(joined.id);
    });
  });
}

/** @param {FormData} entered */
function newPerson(entered) {
  const name = String(entered.get('name')).trim();
  return {
    name,
    real_name: String(entered.get('real_name')).trim() || name,
    tz: entered.get('tz'),
    is_restricted: entered.has('guest'),
    announce: true,
  };
}
