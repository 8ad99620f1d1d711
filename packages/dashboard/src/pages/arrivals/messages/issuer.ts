import { defineMessages } from '../../../i18n/catalogue.ts'

export const issuerMessages = defineMessages(
  {
    issuer: 'the issuer',
    failed: 'Logging in with {issuer} did not work',
    invitation: 'Nobody has invited your address. Ask somebody who is in, or whoever runs this gateway.',
    email:
      '{issuer} vouches for no mail address that is taken here. Log in another way, or ask whoever runs this gateway.',
    operator:
      'Operators connect an issuer by hand: log in another way, then connect it in the settings, under Security.',
    conflict: 'This account at {issuer} is connected to somebody else here.',
    away: '{issuer} cannot be reached. Try again shortly.',
    refused: '{issuer} did not let you in, or its answer came too late. Begin again.',
    goOn: 'Go on',
    stillIn: 'You are logged in as {email}, as before.',
  },
  {
    vi: {
      issuer: 'nhà cung cấp danh tính',
      failed: 'Không đăng nhập được bằng {issuer}',
      invitation: 'Chưa ai mời địa chỉ của bạn. Hãy hỏi người đã có tài khoản, hoặc người vận hành gateway này.',
      email:
        '{issuer} không xác nhận địa chỉ email nào được chấp nhận ở đây. Hãy đăng nhập cách khác, hoặc hỏi người vận hành gateway này.',
      operator:
        'Người vận hành phải tự liên kết nhà cung cấp danh tính: hãy đăng nhập cách khác, rồi liên kết trong phần Bảo mật của cài đặt.',
      conflict: 'Tài khoản này tại {issuer} đã liên kết với người khác ở đây.',
      away: 'Không kết nối được {issuer}. Vui lòng thử lại sau ít phút.',
      refused: '{issuer} đã từ chối, hoặc câu trả lời đến quá muộn. Vui lòng làm lại từ đầu.',
      goOn: 'Đi tiếp',
      stillIn: 'Bạn vẫn đang đăng nhập với {email}.',
    },
    zh: {
      issuer: '身份提供方',
      failed: '无法通过 {issuer} 登录',
      invitation: '您的邮箱尚未受到邀请。请联系已加入的成员或本网关的运营者。',
      email: '{issuer} 未能证明一个可在此使用的邮箱地址。请换一种方式登录，或联系本网关的运营者。',
      operator: '运营者须自行关联身份提供方：请先用其他方式登录，再到设置的“安全”中关联。',
      conflict: '{issuer} 的这个账户已与此处的其他人关联。',
      away: '无法连接 {issuer}，请稍后再试。',
      refused: '{issuer} 拒绝了登录，或其答复来得太晚。请重新开始。',
      goOn: '继续',
      stillIn: '您仍以 {email} 的身份登录。',
    },
  },
)
