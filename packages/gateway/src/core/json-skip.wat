;; How far a JSON string, array or object reaches, sixteen bytes at a look. What it must agree with is `skipContainer` of
;; json-scan.ts, which is asked again wherever this one gives up: errors are worded there.
;;
;; Compiled into json-skip-module.ts by `npm run generate`. json-skip.ts lays out the memory:
;;      0  closing brackets that are waited for, one byte a level
;;     64  StringWatch's lengths: 128 words of 32 bits
;;   1024  noted strings, of which `$room` have room: where each begins and ends, 32 bits each
;;  65536  the body, and behind it at least 64 bytes of anything
(module
  (memory (export "memory") 2)
  (global $noted (export "noted") (mut i32) (i32.const 0))

  ;; $at: of the opening quote or bracket. Returns the offset behind the closing one, or -1.
  (func (export "skip")
    (param $at i32) (param $end i32) (param $depthLimit i32) (param $longFrom i32) (param $room i32)
    (result i32)
    (local $bytes v128) (local $hits i32) (local $byte i32)
    (local $depth i32) (local $start i32) (local $length i32) (local $noting i32) (local $count i32)

    (global.set $noted (i32.const 0))
    (block $givesUp
      (loop $outsideStrings
        ;; 0x22 is the quote. `[ ] { }` are the bytes 0x5b 0x5d 0x7b 0x7d; without their bits 0x02, 0x04 and 0x20 all are
        ;; 0x59, as are `Y _ y` and DEL, which are sorted out below.
        (local.set $bytes (v128.load (local.get $at)))
        (local.set $hits (i8x16.bitmask (v128.or
          (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x22)))
          (i8x16.eq
            (v128.and (local.get $bytes) (i8x16.splat (i32.const 0xd9)))
            (i8x16.splat (i32.const 0x59))))))
        (if (i32.eqz (local.get $hits))
          (then
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (br_if $outsideStrings (i32.lt_u (local.get $at) (local.get $end)))
            (br $givesUp)))
        (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $hits))))
        (br_if $givesUp (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $byte (i32.load8_u (local.get $at)))

        (if (i32.eq (local.get $byte) (i32.const 0x22))
          (then
            (local.set $start (local.get $at))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (block $closed
              (loop $insideString
                (local.set $bytes (v128.load (local.get $at)))
                (local.set $hits (i8x16.bitmask (v128.or
                  (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x22)))
                  (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x5c))))))
                (if (i32.eqz (local.get $hits))
                  (then
                    (local.set $at (i32.add (local.get $at) (i32.const 16)))
                    (br_if $insideString (i32.lt_u (local.get $at) (local.get $end)))
                    (br $givesUp)))
                (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $hits))))
                (br_if $givesUp (i32.ge_u (local.get $at) (local.get $end)))
                (br_if $closed (i32.eq (i32.load8_u (local.get $at)) (i32.const 0x22)))
                ;; a backslash, and what it escapes
                (local.set $at (i32.add (local.get $at) (i32.const 2)))
                (br_if $insideString (i32.lt_u (local.get $at) (local.get $end)))
                (br $givesUp)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (if (i32.eqz (local.get $depth)) (then (return (local.get $at))))

            ;; StringWatch.see
            (local.set $length (i32.sub (i32.sub (local.get $at) (local.get $start)) (i32.const 2)))
            (if (i32.lt_u (local.get $length) (i32.const 32))
              (then
                (local.set $byte (i32.load8_u offset=1 (local.get $start)))
                (local.set $noting (i32.const 0))
                (if (i32.lt_u (local.get $byte) (i32.const 128))
                  (then
                    (local.set $noting (i32.and
                      (i32.shr_u
                        (i32.load offset=64 (i32.shl (local.get $byte) (i32.const 2)))
                        (local.get $length))
                      (i32.const 1))))))
              (else
                (local.set $noting (i32.ge_u (local.get $length) (local.get $longFrom)))))
            (if (local.get $noting)
              (then
                (br_if $givesUp (i32.ge_u (local.get $count) (local.get $room)))
                (i32.store offset=1024 (i32.shl (local.get $count) (i32.const 3)) (local.get $start))
                (i32.store offset=1028 (i32.shl (local.get $count) (i32.const 3)) (local.get $at))
                (local.set $count (i32.add (local.get $count) (i32.const 1)))))
            (br $outsideStrings)))

        (if (i32.eq (i32.and (local.get $byte) (i32.const 0xdf)) (i32.const 0x5b))
          (then
            (br_if $givesUp (i32.ge_u (local.get $depth) (local.get $depthLimit)))
            (i32.store8 (local.get $depth) (i32.add (local.get $byte) (i32.const 2)))
            (local.set $depth (i32.add (local.get $depth) (i32.const 1)))))
        (if (i32.eq (i32.and (local.get $byte) (i32.const 0xdf)) (i32.const 0x5d))
          (then
            (br_if $givesUp (i32.eqz (local.get $depth)))
            (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
            (br_if $givesUp (i32.ne (i32.load8_u (local.get $depth)) (local.get $byte)))
            (if (i32.eqz (local.get $depth))
              (then
                (global.set $noted (local.get $count))
                (return (i32.add (local.get $at) (i32.const 1)))))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $outsideStrings)))
    (i32.const -1)))
