// The gateway's table of errors in the other languages. English is the table's own; a code without a translation is a type error.
import type { ErrorCode } from 'fairlead/core/errors.ts'
import type { Language } from '../../../i18n/languages.ts'

interface Explained {
  readonly meaning: string
  readonly fix: string
}

export const ERROR_WORDS: Readonly<Record<Exclude<Language, 'en'>, Readonly<Record<ErrorCode, Explained>>>> = {
  vi: {
    invalid_request: {
      meaning: 'Không hiểu được yêu cầu.',
      fix: 'Thông báo nêu rõ trường bị sai. Hãy sửa rồi gửi lại.',
    },
    previous_response_not_found: {
      meaning: 'Phản hồi cần nối tiếp không tồn tại.',
      fix: 'Gửi lại toàn bộ hội thoại, hoặc dùng id còn tồn tại.',
    },
    invalid_api_key: {
      meaning: 'Thiếu API key, hoặc key không tồn tại, đã hết hạn hay bị thu hồi.',
      fix: 'Kiểm tra header Authorization và chắc chắn key còn hiệu lực.',
    },
    insufficient_balance: {
      meaning: 'Số dư ví hoặc ngân sách không đủ cho lần gọi này.',
      fix: 'Nạp thêm tiền vào ví hoặc tăng ngân sách.',
    },
    permission_denied: {
      meaning: 'Key không được phép làm việc này.',
      fix: 'Dùng key có quyền được nêu trong thông báo.',
    },
    model_not_found: {
      meaning: 'Model không tồn tại, đã tắt, hoặc key này không được dùng.',
      fix: 'Chọn một id trong GET /v1/models.',
    },
    not_found: {
      meaning: 'Không có đối tượng hoặc đường dẫn này.',
      fix: 'Kiểm tra địa chỉ; thông báo nêu địa chỉ gần đúng nhất.',
    },
    method_not_allowed: {
      meaning: 'Đường dẫn không nhận phương thức này.',
      fix: 'Dùng phương thức có trong header Allow.',
    },
    request_timeout: { meaning: 'Yêu cầu được gửi đến quá chậm.', fix: 'Gửi lại khi kết nối tốt hơn.' },
    conflict: {
      meaning: 'Yêu cầu xung đột với một yêu cầu khác.',
      fix: 'Đợi yêu cầu kia hoàn tất, hoặc dùng idempotency key khác.',
    },
    request_too_large: {
      meaning: 'Yêu cầu vượt quá kích thước cho phép.',
      fix: 'Gửi ít dữ liệu hơn, hoặc đề nghị người vận hành nâng giới hạn.',
    },
    unsupported_media_type: {
      meaning: 'Nội dung không phải JSON, hoặc kiểu nén không được hỗ trợ.',
      fix: 'Gửi Content-Type: application/json, không nén hoặc nén gzip, br, zstd.',
    },
    upgrade_required: { meaning: 'WebSocket đang bị tắt tại đây.', fix: 'Dùng HTTP với server-sent events.' },
    rate_limit_exceeded: {
      meaning: 'Đã chạm giới hạn về số yêu cầu, token hoặc số yêu cầu đồng thời.',
      fix: 'Thử lại sau khoảng thời gian ghi trong header Retry-After.',
    },
    internal_error: {
      meaning: 'Gateway không chọn được tuyến hoặc không chuyển tiếp được yêu cầu.',
      fix: 'Báo mã yêu cầu (request id) cho người vận hành.',
    },
    upstream_error: {
      meaning: 'Mọi nhà cung cấp đều lỗi, hoặc không nhà cung cấp nào hoạt động.',
      fix: 'Thử lại sau khoảng thời gian ghi trong header Retry-After.',
    },
    service_unavailable: {
      meaning: 'Gateway đang dừng, quá tải, hoặc cơ sở dữ liệu gặp sự cố.',
      fix: 'Thử lại sau khoảng thời gian ghi trong header Retry-After.',
    },
    upstream_timeout: {
      meaning: 'Nhà cung cấp không trả lời kịp.',
      fix: 'Thử lại, hoặc yêu cầu câu trả lời ngắn hơn.',
    },
  },
  zh: {
    invalid_request: { meaning: '无法理解该请求。', fix: '错误信息会指出具体字段，修改后重新发送。' },
    previous_response_not_found: { meaning: '要继续的响应不存在。', fix: '发送完整对话，或使用仍然存在的 id。' },
    invalid_api_key: {
      meaning: 'API 密钥缺失、不存在、已过期或已吊销。',
      fix: '检查 Authorization 请求头，并确认密钥有效。',
    },
    insufficient_balance: { meaning: '钱包余额或预算不足以支付本次调用。', fix: '为钱包充值，或提高预算。' },
    permission_denied: { meaning: '该密钥无权执行此操作。', fix: '使用具有错误信息中所述权限的密钥。' },
    model_not_found: { meaning: '模型不存在、已停用，或此密钥无权使用。', fix: '从 GET /v1/models 中选择一个 id。' },
    not_found: { meaning: '不存在该对象或路径。', fix: '检查地址，错误信息会给出最接近的地址。' },
    method_not_allowed: { meaning: '该路径不接受此方法。', fix: '使用 Allow 响应头中的方法。' },
    request_timeout: { meaning: '请求到达得太慢。', fix: '在更好的网络下重新发送。' },
    conflict: { meaning: '该请求与另一个请求冲突。', fix: '等待另一个请求完成，或使用不同的 idempotency key。' },
    request_too_large: { meaning: '请求超过大小限制。', fix: '减少内容，或请运营者提高限制。' },
    unsupported_media_type: {
      meaning: '请求体不是 JSON，或其编码未知。',
      fix: '发送 Content-Type: application/json，可不压缩或使用 gzip、br、zstd。',
    },
    upgrade_required: { meaning: '此处已关闭 WebSocket。', fix: '改用 HTTP 和 SSE。' },
    rate_limit_exceeded: {
      meaning: '已达到请求数、token 数或并发数的限制。',
      fix: '按 Retry-After 响应头的时间稍后重试。',
    },
    internal_error: { meaning: '网关无法选择路由或转发请求。', fix: '请把请求 id 告知运营者。' },
    upstream_error: { meaning: '所有上游都失败，或没有正常的上游。', fix: '按 Retry-After 响应头的时间稍后重试。' },
    service_unavailable: {
      meaning: '网关正在停机、过载，或其数据库异常。',
      fix: '按 Retry-After 响应头的时间稍后重试。',
    },
    upstream_timeout: { meaning: '上游没有及时回答。', fix: '重试，或要求更短的回答。' },
  },
}
