// Which calls a screen has to speak: each once, while it is young, and nothing from before it looked.

const YOUNG_MS = 60_000

/** `monotonic()` counts this machine's milliseconds; `made` below is a call as the board tells it. */
export function newsroom(monotonic = () => performance.now()) {
  let known = null
  let lostAt = null
  let ahead = 0 // of the server's time before this machine's

  /** Younger than a minute by the server's time. */
  const isYoung = ({ last_at: at }) => monotonic() + ahead - Date.parse(at) < YOUNG_MS

  return {
    isYoung,

    /** What is there at the next look was not missed, but cannot be told apart from what was. */
    forget() {
      known = null
    },

    /** A look failed. */
    missed() {
      lostAt ??= monotonic()
    },

    /**
     * Those of `calls` that are new since the last look and younger than a minute by the server's
     * time, in the order they were made. At the first look, and after a minute of failed ones: none.
     */
    look(calls, serverTime) {
      const wasAway = lostAt !== null && monotonic() - lostAt >= YOUNG_MS
      const before = wasAway ? null : known
      known = new Set(calls.map(identity))
      lostAt = null
      ahead = Date.parse(serverTime) - monotonic()
      if (!before) return []
      return calls
        .filter((made) => !before.has(identity(made)) && isYoung(made))
        .sort((one, other) => Date.parse(one.last_at) - Date.parse(other.last_at)
          || one.call_id - other.call_id)
    },
  }
}

/** A recall is the same call for the nth time. */
export const identity = ({ call_id: id, nth }) => `${id}.${nth}`
