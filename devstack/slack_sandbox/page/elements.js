/**
 * The Block Kit elements a person acts on: each click, choice or entry goes to the app at once.
 *
 * Promise: an element shows that it waits for the answer, and cannot be pressed twice meanwhile; an element type this
 * page does not know is shown as unsupported.
 */

import { askConfirm } from './confirm.js';
import { el, icon } from './dom.js';
import { choicesOf, createField, peopleOf } from './fields.js';
import { createMenu } from './menu.js';
import { plainText } from './mrkdwn.js';

/**
 * Where blocks are shown, and what acting on them does.
 * @typedef {object} Surface
 * @property {import('./types.js').Reader} reader
 * @property {boolean} canAct
 * @property {(action: Action) => Promise<string>} dispatch resolves to what went wrong, or to the empty text
 * @property {(block: string, action: string) => any} valueOf what was entered before, undefined if nothing
 * @property {(block: string, action: string, value: any) => void} keep
 */

/** @typedef {{action_id: string, block_id: string, value?: any, selected?: any}} Action */
/** @typedef {(element: any, block: any, surface: Surface) => HTMLElement} ElementRenderer */

/** @type {Record<string, ElementRenderer>} */
const RENDERERS = {
  button: actionButton,
  overflow: (element, block, surface) => choiceMenu(element, block, surface, choicesOf(element)),
  static_select: (element, block, surface) => choiceMenu(element, block, surface, choicesOf(element)),
  users_select: (element, block, surface) => choiceMenu(element, block, surface, peopleOf(surface.reader)),
  radio_buttons: instantField,
  checkboxes: instantField,
  datepicker: settableField,
  timepicker: settableField,
  datetimepicker: settableField,
  plain_text_input: settableField,
  multi_users_select: settableField,
};

/** @type {ElementRenderer} */
export function renderElement(element, block, surface) {
  const render = RENDERERS[element.type];
  return render ? render(element, block, surface) : unsupported('element', element.type);
}

/**
 * What stands in the place of something this page cannot show.
 * @param {'block' | 'element'} what
 * @param {string} type
 */
export const unsupported = (what, type) => el('div', { class: 'unsupported' }, `unsupported ${what}: ${type}`);

/** @type {ElementRenderer} */
function actionButton(element, block, surface) {
  const attributes = { class: `button ${element.style ?? ''}`, 'aria-label': element.accessibility_label, dir: 'auto' };
  const send = (/** @type {HTMLElement} */ node) => act(node, element, block, surface, { value: element.value });
  if (!/^https?:/i.test(element.url ?? '')) {
    const press = (/** @type {Event} */ event) => send(/** @type {HTMLElement} */ (event.currentTarget));
    return withId(element, el('button', { type: 'button', disabled: !surface.canAct, onclick: press, ...attributes },
      plainText(element.text)));
  }
  const target = { href: element.url, target: '_blank', rel: 'noopener noreferrer' };
  const follow = (/** @type {Event} */ event) => surface.canAct && send(/** @type {HTMLElement} */ (event.currentTarget));
  return withId(element, el('a', { ...target, ...attributes, onclick: follow }, plainText(element.text), icon('external')));
}

/**
 * @param {any} element
 * @param {any} block
 * @param {Surface} surface
 * @param {import('./fields.js').Choice[]} choices
 */
function choiceMenu(element, block, surface, choices) {
  const isOverflow = element.type === 'overflow';
  const chosen = surface.valueOf(block.block_id, element.action_id) ?? initialChoice(element);
  const labelOf = (/** @type {string} */ value) => choices.find((choice) => choice.value === value)?.label;
  const prompt = plainText(element.placeholder) || 'Choose…';
  const face = el('span', { class: 'menu-face', dir: 'auto' }, labelOf(chosen) ?? prompt);
  const holder = createMenu({
    label: isOverflow ? 'More actions' : prompt,
    face: isOverflow ? icon('more') : [face, icon('chevron')],
    className: isOverflow ? 'button is-icon' : 'button is-select',
    disabled: !surface.canAct,
    choice: !isOverflow,
    items: () => choices.map((choice) => menuChoice(choice, surface.valueOf(block.block_id, element.action_id) ?? chosen)),
    onchoose: async (value) => {
      const sent = await act(button(), element, block, surface, { selected: value });
      if (isOverflow || !sent) return;
      surface.keep(block.block_id, element.action_id, value);
      face.textContent = labelOf(value) ?? prompt;
    },
  });
  const button = () => /** @type {HTMLElement} */ (holder.querySelector('button'));
  withId(element, button());
  return holder;
}

/**
 * @param {import('./fields.js').Choice} choice
 * @param {string | undefined} chosen
 */
const menuChoice = ({ value, label, description }, chosen) => ({
  value, checked: value === chosen, label: [label, description && el('small', {}, description)],
});

/** @type {ElementRenderer} */
function instantField(element, block, surface) {
  const { node, read } = fieldOf(element, block, surface);
  node.addEventListener('change', async () => {
    if (node.getAttribute('aria-busy') === 'true') return;
    let sent;
    // What is ticked while the app is thinking is sent after that.
    do {
      sent = JSON.stringify(read());
      await act(node, element, block, surface, { selected: read() });
    } while (JSON.stringify(read()) !== sent);
  });
  return node;
}

/**
 * Text and dates go to the app with a button beside them: browsers report a change at each digit.
 * @type {ElementRenderer}
 */
function settableField(element, block, surface) {
  const { node, read } = fieldOf(element, block, surface);
  const set = el('button', { type: 'button', class: 'button', disabled: !surface.canAct }, 'Set');
  set.addEventListener('click', () => sendChange(set, { ...block, element }, read(), surface));
  return el('span', { class: 'settable' }, node, set);
}

/**
 * @param {any} element
 * @param {any} block
 * @param {Surface} surface
 */
function fieldOf(element, block, surface) {
  const label = plainText(element.placeholder) || element.action_id;
  const field = createField(element, {
    reader: surface.reader,
    value: surface.valueOf(block.block_id, element.action_id),
    attributes: { 'aria-label': label, disabled: !surface.canAct },
  });
  if (!field) throw new Error(`${element.type} is not a field`);
  field.node.addEventListener('input', () => surface.keep(block.block_id, element.action_id, field.read()));
  withId(element, field.node);
  return field;
}

/**
 * Sends the action once the person has confirmed it, if the app asks for that.
 * @param {HTMLElement} node the control that waits
 * @param {any} element
 * @param {any} block
 * @param {Surface} surface
 * @param {{value?: any, selected?: any}} what
 * @returns {Promise<boolean>} whether it was sent
 */
async function act(node, element, block, surface, what) {
  if (node.getAttribute('aria-busy') === 'true') return false;
  if (element.confirm && !(await askConfirm(element.confirm, surface.reader))) return false;
  node.setAttribute('aria-busy', 'true');
  const problem = await surface.dispatch({ action_id: element.action_id, block_id: block.block_id, ...what });
  node.removeAttribute('aria-busy');
  showProblem(node, problem);
  return true;
}

/**
 * Sends the new value of a field of a form, for an input block that asks for that.
 * @param {HTMLElement} node
 * @param {any} block
 * @param {any} value
 * @param {Surface} surface
 */
export function sendChange(node, block, value, surface) {
  const { element } = block;
  const key = element.type === 'plain_text_input' ? 'value' : 'selected';
  return act(node, element, block, surface, { [key]: value });
}

/**
 * A line under the block of the control, until the next attempt there.
 * @param {HTMLElement} node
 * @param {string} problem
 */
function showProblem(node, problem) {
  const block = node.closest('.block');
  block?.nextElementSibling?.matches('.action-problem') && block.nextElementSibling.remove();
  if (problem) block?.after(el('p', { class: 'action-problem problem', role: 'alert' }, problem));
}

/** @param {any} element */
const initialChoice = (element) => element.initial_option?.value ?? element.initial_user;

/**
 * Marks the control, so that the focus finds it again after its message was updated.
 * @param {any} element
 * @param {HTMLElement} node
 */
function withId(element, node) {
  node.dataset.action = element.action_id ?? '';
  return node;
}
