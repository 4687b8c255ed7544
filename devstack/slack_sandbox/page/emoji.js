/**
 * The emoji names this page knows.
 *
 * Promise: a small common set; a name that is not here is shown as typed, colons included.
 */

/** @type {Record<string, string>} */
const EMOJI = {
  '+1': '👍', '-1': '👎', alarm_clock: '⏰', arrow_right: '➡️', arrows_counterclockwise: '🔄', bell: '🔔',
  bulb: '💡', calendar: '📅', checkered_flag: '🏁', clap: '👏', clipboard: '📋', clock3: '🕒', construction: '🚧',
  email: '✉️', exclamation: '❗', eyes: '👀', fire: '🔥', gear: '⚙️', grey_question: '❔', hand: '✋',
  handshake: '🤝', heart: '❤️', heavy_check_mark: '✔️', hourglass: '⌛', hourglass_flowing_sand: '⏳',
  inbox_tray: '📥', information_source: 'ℹ️', key: '🔑', large_blue_circle: '🔵', large_green_circle: '🟢',
  large_yellow_circle: '🟡', leftwards_arrow_with_hook: '↩️', link: '🔗', lock: '🔒', mag: '🔍', memo: '📝',
  no_bell: '🔕', no_entry: '⛔', outbox_tray: '📤', package: '📦', palm_tree: '🌴', party_popper: '🎉',
  pause_button: '⏸️', pencil: '✏️', pencil2: '✏️', point_right: '👉', pray: '🙏', pushpin: '📌', question: '❓',
  raised_hands: '🙌', red_circle: '🔴', repeat: '🔁', robot_face: '🤖', rocket: '🚀', runner: '🏃', seedling: '🌱',
  slightly_smiling_face: '🙂', smile: '😄', sparkles: '✨', speech_balloon: '💬', star: '⭐', stopwatch: '⏱️',
  tada: '🎉', thinking_face: '🤔', thumbsdown: '👎', thumbsup: '👍', warning: '⚠️', wastebasket: '🗑️', wave: '👋',
  white_check_mark: '✅', white_circle: '⚪', wrench: '🔧', x: '❌', zap: '⚡', zzz: '💤',
};

/**
 * @param {string} text
 * @returns {string} the text with known `:names:` replaced by their sign
 */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (typed, name) => EMOJI[name] ?? typed);
}
