// Filling in a form: what is typed is saved by itself shortly after, is kept on the phone while there
// is no line, and meets what was saved on another device meanwhile.

import { computed, ref, watch } from 'vue'
import { onUnload } from '@dcloudio/uni-app'
import { dirtyValues, savedElsewhere } from './form.js'
import { kept } from './kept.js'
import { offline } from './line.js'

const SAVE_AFTER_MS = 800
const TRY_AGAIN_MS = 5_000
const STALE = 'revision_stale'
const UNSAVED = 'unsaved'

/**
 * read()                  what the hall has now: a submission
 * save(values, revision)  saves what is given; the submission then
 * keeps                   whether this device is one person's own: a desk in the hall keeps nothing
 *
 * `values` is what stands in the form, `state` one of 'saved', 'typed', 'saving', 'offline', 'failed';
 * `error` is why it failed, `elsewhere` what another device says of the same fields.
 */
export function filling({ read, save, keeps = true }) {
  const submission = ref(null)
  const edits = ref({})
  const elsewhere = ref({})
  const merged = ref(false)
  const state = ref('saved')
  const error = ref(null)
  const values = computed(() => ({ ...submission.value?.values, ...edits.value }))
  let timer = null
  let running = null

  /** The submission as it was read: what was typed here and never saved is still there. */
  function begin(found) {
    const first = submission.value?.id !== found.id
    submission.value = found
    edits.value = dirtyValues(found.values, { ...(first && keeps ? unsaved()[found.id] : edits.value) })
    if (isDirty()) soon(0)
  }

  function change(touched) {
    edits.value = dirtyValues(submission.value.values, { ...edits.value, ...touched })
    elsewhere.value = without(elsewhere.value, Object.keys(touched))
    state.value = isDirty() ? 'typed' : 'saved'
    keep()
    soon(SAVE_AFTER_MS)
  }

  function soon(ms) {
    clearTimeout(timer)
    timer = setTimeout(flush, ms)
  }

  /** Save what is not saved yet, now. False when it could not be. */
  function flush() {
    clearTimeout(timer)
    running ??= saveAll().finally(() => { running = null })
    return running
  }

  async function saveAll() {
    try {
      while (isDirty()) {
        state.value = 'saving'
        const sent = edits.value
        await saveOnce(sent)
      }
      state.value = 'saved'
      error.value = null
      keep()
      return true
    } catch (failed) {
      error.value = failed
      state.value = failed.isOpen ? 'offline' : 'failed'
      if (failed.isOpen) soon(TRY_AGAIN_MS)
      return false
    }
  }

  async function saveOnce(sent) {
    try {
      settle(await save(sent, submission.value.revision), sent)
    } catch (failed) {
      if (failed.code !== STALE) throw failed
      const before = submission.value.values
      const found = await read()
      elsewhere.value = { ...elsewhere.value, ...savedElsewhere(before, found.values, edits.value) }
      merged.value = true
      submission.value = found
      edits.value = dirtyValues(found.values, edits.value)
    }
  }

  /** What was typed while it was being saved is still to be saved. */
  function settle(found, sent) {
    const later = Object.entries(edits.value).filter(([field, value]) => sent[field] !== value)
    submission.value = found
    edits.value = dirtyValues(found.values, Object.fromEntries(later))
  }

  const isDirty = () => Object.keys(edits.value).length > 0

  function keep() {
    if (!keeps) return
    const { [submission.value.id]: _, ...others } = unsaved()
    kept.set(UNSAVED, isDirty() ? { ...others, [submission.value.id]: edits.value } : others)
  }

  watch(offline, (gone) => { if (!gone && submission.value && isDirty()) flush() })
  onUnload(() => {
    if (submission.value && isDirty()) flush()
    clearTimeout(timer)
  })
  return { submission, values, elsewhere, merged, state, error, begin, change, flush }
}

/** submission -> what was typed into it and not saved; gone when its person signs out. */
const unsaved = () => kept.get(UNSAVED) ?? {}

const without = (all, names) => Object.fromEntries(Object.entries(all).filter(([field]) => !names.includes(field)))
