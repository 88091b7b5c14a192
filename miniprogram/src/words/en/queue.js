// One's number, and a relative's.

export const queue = {
  我的号: 'My number',
  家人的号: "A relative's number",
}
