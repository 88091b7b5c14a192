// Booking a time; the bookings one has.

export const booking = {
  选择时间: 'Choose a time',
  我的预约: 'My bookings',
  预约详情: 'Booking',
}
