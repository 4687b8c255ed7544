/**
 * The Block Kit elements that hold a value: text, choices, dates, people.
 *
 * Promise: `read()` gives the value as the control API wants it: text, an option's value, a user id, a list of them,
 * epoch seconds, or null while nothing is chosen.
 */

import { el, freshId } from './dom.js';
import { plainText } from './mrkdwn.js';
import { nameOf } from './state.js';
import { epochOf, wallClock } from './time.js';

/** @typedef {import('./types.js').Reader} Reader */
/** @typedef {{node: HTMLElement, read: () => any}} Field */
/** @typedef {{reader: Reader, value: any, attributes: Record<string, any>}} FieldOptions */
/** @typedef {(element: any, options: FieldOptions) => Field} FieldBuilder */
/** @typedef {{value: string, label: string, description?: string}} Choice */

/** @type {Record<string, FieldBuilder>} */
const BUILDERS = {
  plain_text_input: textField,
  static_select: (element, options) => selectField(element, options, groupsOf(element), initialOption(element)),
  users_select: (element, options) => selectField(element, options, [{ choices: peopleOf(options.reader) }], element.initial_user),
  multi_users_select: (element, options) => checkField(peopleOf(options.reader), options, element.initial_users, 'is-scrolling'),
  checkboxes: (element, options) => checkField(choicesOf(element), options, initialOptions(element)),
  radio_buttons: radioField,
  datepicker: (element, options) => nativeField('date', options, element.initial_date),
  timepicker: (element, options) => nativeField('time', options, element.initial_time),
  datetimepicker: momentField,
};

/**
 * @param {any} element
 * @param {FieldOptions} options `value` is what was entered before, undefined for the element's initial value
 * @returns {Field | undefined} undefined when the element holds no value this page knows
 */
export function createField(element, options) {
  return BUILDERS[element.type]?.(element, options);
}

/**
 * The options of a select, in the shape a menu or a list shows.
 * @param {any} element
 * @returns {Choice[]}
 */
export function choicesOf(element) {
  return groupsOf(element).flatMap((group) => group.choices);
}

/**
 * Everybody who can be picked: the active people, bots included, as Slack lists them.
 * @param {Reader} reader
 * @returns {Choice[]}
 */
export function peopleOf(reader) {
  const active = [...reader.people.values()].filter((person) => !person.deleted);
  return active.map((person) => ({ value: person.id, label: `${nameOf(person)} (@${person.name})` }));
}

/** @type {FieldBuilder} */
function textField(element, { value, attributes }) {
  const shared = {
    ...attributes,
    dir: 'auto',
    maxlength: element.max_length,
    placeholder: plainText(element.placeholder),
    autofocus: element.focus_on_load,
  };
  const input = /** @type {HTMLInputElement} */ (
    element.multiline ? el('textarea', { rows: 4, ...shared }) : el('input', { type: 'text', autocomplete: 'off', ...shared })
  );
  input.value = value ?? element.initial_value ?? '';
  return { node: input, read: () => input.value || null };
}

/**
 * @param {any} element
 * @param {FieldOptions} options
 * @param {{label?: string, choices: Choice[]}[]} groups
 * @param {string | undefined} initial
 * @returns {Field}
 */
function selectField(element, { value, attributes }, groups, initial) {
  const empty = el('option', { value: '' }, plainText(element.placeholder) || 'Choose…');
  const select = /** @type {HTMLSelectElement} */ (el('select', attributes, empty, groups.flatMap(optionGroup)));
  select.value = value === undefined ? (initial ?? '') : (value ?? '');
  return { node: select, read: () => select.value || null };
}

/** @param {{label?: string, choices: Choice[]}} group */
function optionGroup({ label, choices }) {
  const options = choices.map((choice) => el('option', { value: choice.value }, choice.label));
  return label === undefined ? options : [el('optgroup', { label }, options)];
}

/**
 * @param {Choice[]} choices
 * @param {FieldOptions} options
 * @param {string[] | undefined} initial
 * @param {string} [className]
 * @returns {Field}
 */
function checkField(choices, { value, attributes }, initial, className = '') {
  const checked = value ?? initial ?? [];
  const node = choiceList('checkbox', choices, checked, { role: 'group', class: `choices ${className}`, ...attributes });
  return { node, read: () => checkedValues(node) };
}

/** @type {FieldBuilder} */
function radioField(element, { value, attributes }) {
  const checked = [value === undefined ? initialOption(element) : value];
  const node = choiceList('radio', choicesOf(element), checked, { role: 'radiogroup', class: 'choices', ...attributes });
  return { node, read: () => checkedValues(node)[0] ?? null };
}

/**
 * @param {'checkbox' | 'radio'} type
 * @param {Choice[]} choices
 * @param {string[]} checked
 * @param {Record<string, any>} attributes
 */
function choiceList(type, choices, checked, attributes) {
  const name = freshId('choice');
  return el('div', attributes, choices.map(({ value, label, description }) => el('label', { class: 'choice' },
    el('input', { type, name, value, checked: checked.includes(value) }),
    el('span', { dir: 'auto' }, label, description && el('small', {}, description)))));
}

/** @param {HTMLElement} node */
const checkedValues = (node) =>
  Array.from(node.querySelectorAll('input:checked'), (input) => /** @type {HTMLInputElement} */ (input).value);

/**
 * @param {'date' | 'time'} type
 * @param {FieldOptions} options
 * @param {string | undefined} initial
 * @returns {Field}
 */
function nativeField(type, { value, attributes }, initial) {
  const input = /** @type {HTMLInputElement} */ (el('input', { type, ...attributes }));
  input.value = value ?? initial ?? '';
  return { node: input, read: () => input.value || null };
}

/** @type {FieldBuilder} */
function momentField(element, { reader, value, attributes }) {
  const epoch = value ?? element.initial_date_time;
  const input = /** @type {HTMLInputElement} */ (el('input', { type: 'datetime-local', ...attributes }));
  input.value = epoch ? wallClock(epoch, reader.zone) : '';
  const node = el('span', { class: 'moment' }, input, el('small', {}, reader.zone));
  return { node, read: () => (input.value ? epochOf(input.value, reader.zone) : null) };
}

/** @param {any} element */
const initialOption = (element) => element.initial_option?.value;

/** @param {any} element */
const initialOptions = (element) => element.initial_options?.map((/** @type {any} */ option) => option.value);

/**
 * @param {any} element
 * @returns {{label?: string, choices: Choice[]}[]}
 */
function groupsOf(element) {
  if (!element.option_groups) return [{ choices: (element.options ?? []).map(choiceOf) }];
  return element.option_groups.map((/** @type {any} */ group) => ({
    label: plainText(group.label), choices: group.options.map(choiceOf),
  }));
}

/**
 * @param {any} option
 * @returns {Choice}
 */
const choiceOf = (option) => ({
  value: option.value, label: plainText(option.text), description: plainText(option.description) || undefined,
});
