/**
 * The people of the workspace: change what Slack knows about them, or let somebody new join.
 *
 * Promise: a change is shown once the sandbox has made it; what was entered stays when it could not.
 */

import { addPerson, changePerson } from './api.js';
import { avatar, badges } from './avatar.js';
import { byId, el, fill } from './dom.js';
import { attempt } from './attempt.js';
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
  const change = (row, person, changes) => attempt(row, async () => {
    await changePerson(person.id, changes);
    await onchange();
  });

  store.watch((state) => [state.workspace], ({ workspace }) => {
    const open = new Set(Array.from(list.querySelectorAll('details[open]'), (row) => row.dataset.user));
    const focused = focusedControl(list);
    fill(list, (workspace?.people ?? []).map((person) => personRow(person, open.has(person.id), change)));
    if (focused) list.querySelector(focused)?.focus();
  });

  createJoinDialog(onjoin);
}

/**
 * A selector that finds the focused control again after the list was drawn anew.
 * @param {HTMLElement} list
 * @returns {string | null}
 */
function focusedControl(list) {
  const focused = /** @type {HTMLElement} */ (document.activeElement);
  const row = /** @type {HTMLElement | null} */ (focused.closest('[data-user]'));
  if (!row || !list.contains(row)) return null;
  return `[data-user="${row.dataset.user}"] [data-control="${focused.dataset.control}"]`;
}

/**
 * @param {Person} person
 * @param {boolean} isOpen
 * @param {(row: HTMLElement, person: Person, changes: object) => Promise<unknown>} change
 */
function personRow(person, isOpen, change) {
  const body = el('div', { class: 'person-actions' });
  const row = /** @type {HTMLDetailsElement} */ (
    el('details', { 'data-user': person.id },
      el('summary', { 'data-control': 'summary' },
        avatar(person, 'is-small'), el('span', { dir: 'auto' }, nameOf(person)), badges(person)),
      body)
  );
  const draw = () => fill(body, personControls(person, (changes) => change(row, person, changes)));
  // Each list of zones is long, so it is made when it is looked at.
  row.addEventListener('toggle', () => row.open && !body.hasChildNodes() && draw());
  if (isOpen) draw();
  row.open = isOpen;
  return row;
}

/**
 * @param {Person} person
 * @param {(changes: object) => Promise<unknown>} apply
 * @returns {import('./dom.js').Child[]}
 */
function personControls(person, apply) {
  const isActive = !person.deleted;
  const isHuman = isActive && !person.is_bot;
  const isSnoozed = Number(person.snooze_until ?? 0) > now();
  const activity = { type: 'button', 'data-control': 'activity', onclick: () => apply({ deleted: isActive }) };
  return [
    el('small', { class: 'muted' }, `@${person.name} · ${person.id}`),
    isHuman && zoneField(person, apply),
    el('div', { class: 'row' },
      el('button', { class: `button ${isActive ? 'danger' : ''}`, ...activity }, isActive ? 'Deactivate' : 'Reactivate'),
      isHuman && snoozeButton(isSnoozed, apply)),
    isSnoozed && el('small', { class: 'muted' }, `Snoozed until ${clock(Number(person.snooze_until), person.tz ?? 'UTC')} their time`),
    el('p', { class: 'problem', role: 'alert' }),
  ];
}

/**
 * @param {Person} person
 * @param {(changes: object) => Promise<unknown>} apply
 */
function zoneField(person, apply) {
  const zone = /** @type {HTMLSelectElement} */ (
    el('select', { 'data-control': 'zone', onchange: () => apply({ tz: zone.value }) }, zoneOptions(person.tz)));
  return el('label', {}, 'Time zone', zone);
}

/**
 * @param {boolean} isSnoozed
 * @param {(changes: object) => Promise<unknown>} apply
 */
function snoozeButton(isSnoozed, apply) {
  const snooze = () => apply({ snooze_until: isSnoozed ? null : Math.round(now()) + SNOOZE });
  return el('button', { type: 'button', class: 'button', 'data-control': 'snooze', onclick: snooze }, isSnoozed ? 'End snooze' : 'Snooze 1 hour');
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
    attempt(form, async () => {
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
