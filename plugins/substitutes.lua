-- Names that Python makes by hashing, for one capture: here they are the text that is hashed.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")

  local M = {}

  -- As `agreement/naming`: over Call-ID, method and the CSeq a run was first seen with.
  function M.exchange_key(exchange)
    local cseq = -1
    for _, step in py.each(exchange.steps) do
      if step.place ~= nil then
        cseq = step.place.message.cseq
        break
      end
    end
    return table.concat({ exchange.call_id, exchange.method, str.of(cseq) }, "\0")
  end

  function M.fingerprint(...)
    return table.concat({ ... }, "\0")
  end

  -- Times stay what they are: nanoseconds since the first frame.
  function M.iso(time)
    return time
  end

  -- Lua's collector needs no help with what refers to one another.
  function M.forget() end

  -- An order needs no packing: lists of numbers are compared as they are.
  function M.packed(order)
    return order
  end

  return M
end
