// How the pages look to this reader: elder mode has large type and fewer choices.

import { ref } from 'vue'
import { kept } from './kept.js'

export const elder = ref(kept.get('elder') === true)

export function chooseElder(wanted) {
  elder.value = wanted
  kept.set('elder', wanted)
}
