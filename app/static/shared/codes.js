// What somebody shows to be let in: a booking's code, or the number of their ID card.

const CODE = /^\d{10}$/
const ID_NUMBER = /^\d{17}[\dX]$/

export const LENGTHS = { code: 10, id_number: 18 }

/** As `POST /kiosk/check-ins` takes it: `{code}` or `{id_number}`; null while it is neither. */
export function shown(text) {
  const typed = text.replaceAll(/\s/g, '').toUpperCase()
  if (CODE.test(typed)) return { code: typed }
  return ID_NUMBER.test(typed) ? { id_number: typed } : null
}

/** As it is read out: 0956 485 200, or 110105 19900401 0011. */
export function grouped(typed) {
  const [, ...groups] = typed.length > LENGTHS.code
    ? typed.match(/^(.{6})(.{0,8})(.*)$/)
    : typed.match(/^(.{0,4})(.{0,3})(.*)$/)
  return groups.filter(Boolean).join(' ')
}
