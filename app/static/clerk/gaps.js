// What is missing of a file, as one whole list. Pure.

/**
 * `{materials: [{code, name, note, isMissing}], fields: [{field, name, note, isMissing}]}` of opened
 * submissions: every material not yet shown or settled, and every field with something wrong. Only
 * those of the first have codes, for the list is told with it. Where nothing was filled, any of the
 * item's `papers` may be missing.
 */
export function gapsOf([first, ...others], papers) {
  const asked = first ? [] : papers.map((name) => ({ name, note: '', isMissing: false }))
  const named = others.flatMap((one) => [...materialsOf(one), ...fieldsOf(one)])
    .map(({ name, note, isMissing }) => ({ name, note, isMissing }))
  return {
    materials: [...asked, ...first ? materialsOf(first) : [], ...named],
    fields: first ? fieldsOf(first) : [],
  }
}

const materialsOf = ({ materials }) => materials.filter(isMissing)
  .map(({ code, name }) => ({ code, name, note: '', isMissing: true }))

const fieldsOf = ({ groups }) => groups.flatMap(({ fields }) => fields).filter(({ problem }) => problem)
  .map(({ field, title, problem }) => ({ field, name: title, note: problem, isMissing: true }))

/** A licence or the archive settles it, so does a promise; above all what a clerk saw or did not see. */
export function isMissing({ state, promised, mark }) {
  if (mark) return mark === 'missing'
  return state === 'bring' || (state === 'promise' && !promised)
}
