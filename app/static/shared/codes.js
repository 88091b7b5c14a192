// What somebody shows to be let in: a booking's code, the number of their ID card or the credit
// code of their firm, or the QR code of a ticket.

const CODE = /^\d{10}$/
const ID_NUMBER = /^\d{17}[\dX]$/
const CREDIT_CODE = /^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/
const TICKET_PAGE = /\/t\/([0-9a-f]{32})$/i

export const LENGTHS = { code: 10, id_number: 18 }

/** As `POST /kiosk/check-ins` takes it: `{code}`, `{id_number}`, `{credit_code}` or `{ticket}`; null
 * while it is none of them. */
export function shown(text) {
  const typed = text.replaceAll(/\s/g, '').toUpperCase()
  const page = TICKET_PAGE.exec(typed)
  if (page) return { ticket: page[1].toLowerCase() }
  if (CODE.test(typed)) return { code: typed }
  if (ID_NUMBER.test(typed)) return { id_number: typed }
  return CREDIT_CODE.test(typed) ? { credit_code: typed } : null
}

/** As it is read out: 0956 485 200, or 110105 19900401 0011. */
export function grouped(typed) {
  const [, ...groups] = typed.length > LENGTHS.code
    ? typed.match(/^(.{6})(.{0,8})(.*)$/)
    : typed.match(/^(.{0,4})(.{0,3})(.*)$/)
  return groups.filter(Boolean).join(' ')
}
