curl https://your-domain.com/v1/images/generations \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer $YOUR_API_KEY" \
  -d '{
    "model": "gpt-image-1",
    "prompt": "a cat reading a book, watercolor",
    "size": "1024x1024"
  }'
