// Licences, and who may use them.

export const licences = {
  我的证照: 'My licences',
  证照: 'Licence',
  还不能看证照: 'Licences cannot be shown yet',
  '证照只给核实过身份的本人看。请先登记本人名下的手机号和本人信息；登记后仍看不到的，请带身份证到大厅办理。':
    'Licences are shown only to people whose identity is verified. Register a phone number in your own name, and who you are; if you still see none, bring your ID card to the centre.',
  我是法定代表人: 'I am its legal representative',
  授权给我: 'I am authorised',
  由我代办: 'I act for them',
  '有效期至 %(day)s': 'Valid until %(day)s',
  长期有效: 'No end date',
  '证照库里还没有这位持证人的证照。': 'The library holds no licence of this holder.',
  '每次有人查看您的证照，都有记录；打开一张证照就能看到。':
    'Every time somebody looks at your licence it is recorded. Open one to see.',

  出示: 'Show it',
  出示证照的二维码: 'QR code to verify the licence',
  请对方扫码核验: 'Let the other side scan this',
  '不能扫码的，在核验网页输入': 'Or type this on the verification page',
  '二维码 2 分钟内有效，会自动更换。请不要截图或转发：截图过时就作废，转发会让别人看到您的证照。':
    'The code holds for 2 minutes and is replaced by itself. Do not take a screenshot or pass it on: an old one is void, and others would see your licence.',
  收起: 'Close',
  '这张证照已经失效，不能出示。': 'This licence is no longer valid and cannot be shown.',
  证照内容: 'What it says',
  发证机关: 'Issued by',
  发证日期: 'Issued on',
  电子证照标识: 'Licence identifier',
  谁用过这张证照: 'Who has used it',
  '还没有人用过。': 'Nobody so far.',

  授权: 'Authorisations',
  '被授权的人可以用您或企业的证照填表、代办，到期自动结束，也可以随时收回。':
    'Whom you authorise may use your licences, or your firm’s, to fill in forms. It ends by itself on its day, and you can end it any time.',
  '%(holder)s 授权 %(agent)s': '%(holder)s authorises %(agent)s',
  '到 %(day)s 为止': 'Until %(day)s',
  已结束: 'Ended',
  收回: 'End',
  '收回给 %(name)s 的授权': 'End the authorisation of %(name)s',
  '还没有授权。': 'No authorisations yet.',
  谁的证照: 'Whose licences',
  被授权人姓名: 'Name of the person',
  被授权人身份证号码: 'ID number of the person',
  授权到哪天: 'Until which day',
  授权别人代办: 'Authorise somebody',
  '核验过本人的身份后才能授权。': 'You can authorise others once your identity is verified.',
  '收回授权？': 'End the authorisation?',
  '收回后，%(name)s 不能再用这些证照。已经提交的填报不受影响。':
    '%(name)s can no longer use these licences. Forms already submitted stay.',
}
