// Since when a page is not up to date, and whether the line is gone or the hall's system.

let at = new Date() // the server made the page from what was there

/** The page shows what is. */
export function upToDate() {
  at = new Date()
}

/** 10:32, by this machine's clock. */
export const upTo = () => at.toTimeString().slice(0, 5)

/** The line stands, and a store of the hall does not answer. */
export const isSystem = (error) => error?.status === 503
