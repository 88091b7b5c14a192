// The phone number that WeChat knows an account by, given in one tap; in a demo it is typed.

import { computed, ref } from 'vue'
import { put } from './api.js'
import { complain } from './page.js'
import { reread } from './session.js'

/** What a page needs that asks for it; `saved` is called when it is told. */
export function askingPhone(saved = () => {}) {
  const digits = ref('')
  const saving = ref(false)
  const isWhole = computed(() => /^1\d{10}$/.test(digits.value))

  /** Without a code the person said no, which is an answer. */
  function fromWechat({ detail }) {
    if (detail.code) save(detail.code)
  }

  const typed = () => save(`phone:${digits.value}`)

  async function save(code) {
    saving.value = true
    try {
      await put('/me/phone', { code })
      await reread()
      saved()
    } catch (failed) {
      complain(failed)
    }
    saving.value = false
  }

  return { digits, saving, isWhole, fromWechat, typed }
}
