// The sentences of the guides. English is the command line's own; what is missing in another language is a type error.
import { CONNECT_WORDS } from 'fairlead/connect/words.ts'
import { defineMessages } from '../../../i18n/catalogue.ts'

export const wordMessages = defineMessages(CONNECT_WORDS, {
  vi: {
    'step.key': 'Đặt API key của bạn vào biến môi trường {variable}.',
    'step.file': 'Đặt nội dung này vào {path}. Giữ nguyên những gì đã có.',
    'step.form': 'Mở {where} và nhập:',
    'step.config-key': 'Đặt API key của bạn vào {path}. Tệp này chỉ nằm trên máy của bạn.',
    'step.reload': 'Khởi động lại công cụ, hoặc tải lại cửa sổ, để tệp được đọc.',
    'step.choose-model': 'Chọn model {model} trong công cụ.',
    'step.install': 'Cài đặt gói.',
    'step.program': 'Lưu thành {name} rồi chạy.',
    'step.container': 'Chạy container với các biến này.',
    'step.models-file':
      'Thêm model vào tệp được mở bằng biểu tượng bánh răng cạnh nhà cung cấp (chatLanguageModels.json).',
    'step.deep-link': 'Hoặc để liên kết này điền giúp. Thay YOUR_API_KEY bằng key của bạn.',
    'verify.by-hand': 'Gửi một tin nhắn bất kỳ từ công cụ.',
    'trouble.variable':
      'Lỗi 401, "key missing": biến {variable} được đặt ở terminal khác, hoặc sau khi công cụ đã chạy. Hãy mở terminal mới. Chương trình mở từ màn hình nền không thấy biến đặt trong terminal.',
    'trouble.other-key': 'Lỗi 401 dù key đúng: {other} cũng đang được đặt và được ưu tiên hơn. Hãy xóa biến đó.',
    'trouble.model': 'Lỗi 404, model_not_found: id không thuộc các model của bạn. Xem danh sách tại GET /v1/models.',
    'trouble.with-v1': 'Lỗi 404: công cụ tự thêm /v1. Địa chỉ phải không có phần đó: {url}',
    'trouble.without-v1': 'Câu trả lời trống, hoặc nhận về trang HTML: địa chỉ phải kết thúc bằng /v1: {url}',
    'trouble.proxy': 'Không kết nối được, và máy này đang đặt proxy: thêm {host} vào biến NO_PROXY.',
    'trouble.container':
      'Không kết nối được từ container: ở đó 127.0.0.1 là chính container. Hãy dùng địa chỉ của máy bạn, chẳng hạn host.docker.internal.',
    'trouble.claude-small':
      'Lỗi 404 giữa chừng: tác vụ nền dùng một model nhỏ hơn. Tệp này đã đặt sẵn; hãy chắc chắn không nơi nào khác đặt ANTHROPIC_DEFAULT_HAIKU_MODEL.',
    'trouble.claude-login': 'Công cụ yêu cầu đăng nhập: cấu hình chưa được đọc. Chạy /status và tìm địa chỉ.',
    'trouble.claude-betas':
      'Lỗi 400 về beta: nhà cung cấp của model không biết tính năng đó. Đặt CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1.',
    'trouble.claude-project': 'Đừng đặt key vào .claude/settings.json của dự án: key sẽ bị commit cùng mã nguồn.',
    'trouble.codex-wire': 'Công cụ thoát ngay và nhắc đến wire_api: giá trị phải là "responses". "chat" đã bị bỏ.',
    'trouble.codex-project':
      'Tệp .codex/config.toml của dự án không chọn được nhà cung cấp. Hãy dùng tệp trong thư mục home.',
    'trouble.codex-names':
      'Không có gì thay đổi: các tên openai, ollama và lmstudio đã được dùng riêng. Hãy giữ tên {name}.',
    'trouble.gemini-https': 'Chỉ chấp nhận http với chính máy này (localhost, 127.0.0.1). Nơi khác phải là https.',
    'trouble.gemini-login':
      'Công cụ yêu cầu đăng nhập Google: chọn "Use Gemini API key". Tệp này cũng đã đặt sẵn (security.auth.selectedType).',
    'trouble.cursor-public':
      'Yêu cầu được gửi từ máy chủ của Cursor: chúng phải truy cập được {url}. Địa chỉ của máy này hay mạng nội bộ không dùng được.',
    'trouble.cursor-plan': 'Dùng key riêng cần gói trả phí của Cursor. Tính năng Tab không bao giờ dùng key riêng.',
    'trouble.cursor-global':
      'Địa chỉ này áp dụng cho mọi model OpenAI trong Cursor. Tắt đi để dùng lại model của Cursor.',
    'trouble.aider-prefix': 'Tên model phải bắt đầu bằng openai/, bất kể hãng nào: openai/{model}.',
    'trouble.web-ui-once':
      'Biến môi trường không có tác dụng: chúng chỉ được đọc ở lần chạy đầu tiên. Sau đó hãy đổi trong Admin Panel > Settings > Connections.',
    'trouble.cherry-slash': 'Dấu / ở cuối nghĩa là bạn tự khai báo đường dẫn API; hãy bỏ đi.',
    'trouble.vscode-tools': 'Không thấy model: "toolCalling" trong tệp phải là true.',
    'trouble.zed-variable': 'Zed mở từ màn hình nền không thấy {variable}: hãy nhập key trong phần cài đặt.',
    'trouble.yaml': 'Tệp không được đọc: mục mới phải nằm trong danh sách đã có, thụt lề giống nhau.',
    'trouble.small-model': 'Công cụ dùng thêm một model khác để đặt tiêu đề: hãy chọn {model} cho cả việc đó.',
    'trouble.sdk-base': 'Câu trả lời đến từ nơi khác: base URL trong chương trình được ưu tiên hơn biến môi trường.',
  },
  zh: {
    'step.key': '将 API 密钥放入环境变量 {variable}。',
    'step.file': '将以下内容写入 {path}，原有内容保持不变。',
    'step.form': '打开 {where}，填写：',
    'step.config-key': '将 API 密钥写入 {path}。此文件只保存在您的电脑上。',
    'step.reload': '重启工具或重新加载窗口，使文件生效。',
    'step.choose-model': '在工具中选择模型 {model}。',
    'step.install': '安装软件包。',
    'step.program': '保存为 {name} 并运行。',
    'step.container': '使用以下变量启动容器。',
    'step.models-file': '点击服务商旁的齿轮，在打开的文件（chatLanguageModels.json）中添加模型。',
    'step.deep-link': '也可以通过此链接自动填写。请将 YOUR_API_KEY 换成您的密钥。',
    'verify.by-hand': '在工具中发送任意一条消息。',
    'trouble.variable':
      '401，提示 "key missing"：变量 {variable} 设置在另一个终端，或在工具启动之后才设置。请打开新的终端。从桌面启动的程序看不到终端里设置的变量。',
    'trouble.other-key': '密钥正确却返回 401：同时设置了 {other}，且它优先生效。请将其删除。',
    'trouble.model': '404，model_not_found：该模型 id 不在您可用的模型中。可通过 GET /v1/models 查看。',
    'trouble.with-v1': '404：此工具会自动添加 /v1，地址末尾不能再带：{url}',
    'trouble.without-v1': '回答为空，或返回 HTML 页面：地址必须以 /v1 结尾：{url}',
    'trouble.proxy': '无法连接，且本机设置了代理：请将 {host} 加入变量 NO_PROXY。',
    'trouble.container':
      '容器内无法连接：容器中的 127.0.0.1 是容器自身。请使用您电脑的地址，例如 host.docker.internal。',
    'trouble.claude-small':
      '工作中途出现 404：后台任务会使用较小的模型。此文件已一并设置，请确认没有其他地方设置 ANTHROPIC_DEFAULT_HAIKU_MODEL。',
    'trouble.claude-login': '提示登录：设置未被读取。请在其中运行 /status，查看地址。',
    'trouble.claude-betas': '400，提示 beta：模型背后的服务商不支持。请设置 CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1。',
    'trouble.claude-project': '切勿把密钥写入项目的 .claude/settings.json，否则会随代码一起提交。',
    'trouble.codex-wire': '启动后立即退出并提到 wire_api：其值必须为 "responses"，"chat" 已被移除。',
    'trouble.codex-project': '项目中的 .codex/config.toml 不能选择服务商，请使用主目录下的文件。',
    'trouble.codex-names': '没有任何变化：openai、ollama 和 lmstudio 是保留名称。请保持名称 {name}。',
    'trouble.gemini-https': '仅对本机（localhost、127.0.0.1）接受 http，其他地址需要 https。',
    'trouble.gemini-login':
      '提示使用 Google 登录：请选择 "Use Gemini API key"。文件中也已设置（security.auth.selectedType）。',
    'trouble.cursor-public': '调用由 Cursor 的服务器发出，必须能访问 {url}。本机或内网地址无法使用。',
    'trouble.cursor-plan': '使用自己的密钥需要 Cursor 付费版。Tab 补全始终不会使用它。',
    'trouble.cursor-global': '该地址对 Cursor 中所有 OpenAI 模型生效。关闭后即可恢复使用 Cursor 自带的模型。',
    'trouble.aider-prefix': '无论哪家厂商，模型名都必须以 openai/ 开头：openai/{model}。',
    'trouble.web-ui-once':
      '变量不起作用：它们只在首次启动时读取。之后请在 Admin Panel > Settings > Connections 中修改。',
    'trouble.cherry-slash': '末尾的 / 表示由您自己给出 API 路径，请去掉。',
    'trouble.vscode-tools': '看不到模型：文件中的 "toolCalling" 必须为 true。',
    'trouble.zed-variable': '从桌面启动的 Zed 看不到 {variable}，请在其设置中填写密钥。',
    'trouble.yaml': '文件未被读取：新条目必须放在已有列表中，缩进保持一致。',
    'trouble.small-model': '除此模型外，它还会用另一个模型生成标题：请同样选择 {model}。',
    'trouble.sdk-base': '回答来自别处：程序中的 base URL 优先于环境变量。',
  },
})
