// What is missing of a file, as one whole list. Pure.

/**
 * `{materials: [{code, name, note, isMissing}], fields: [{field, name, note, isMissing}]}` of opened
 * submissions: every material not yet shown or settled, and every field with something wrong. Where
 * nothing was filled, the item's `papers` may be missing, each of them or none.
 */
export function gapsOf(submissions, papers) {
  const asked = submissions.length ? [] : papers.map((name) => ({ name, note: '', isMissing: false }))
  return {
    materials: [...asked, ...submissions.flatMap(({ materials }) => materials.filter(isMissing))
      .map(({ code, name }) => ({ code, name, note: '', isMissing: true }))],
    fields: submissions.flatMap(({ groups }) => groups.flatMap(({ fields }) => fields))
      .filter(({ problem }) => problem)
      .map(({ field, title, problem }) => ({ field, name: title, note: problem, isMissing: true })),
  }
}

/** A licence or the archive settles it, so does a promise; above all what a clerk saw or did not see. */
export function isMissing({ state, promised, mark }) {
  if (mark) return mark === 'missing'
  return state === 'bring' || (state === 'promise' && !promised)
}
