-- One line on standard error where tshark read a capture in a way that shows no findings: an empty
-- answer would look as if there were none.

return function(import)
  local M = {}
  local advice = import("wireshark.advice")
  local passes = import("wireshark.passes")
  local plain = import("wireshark.plain")

  local LINE = "secagree: %s, known when all was read; " .. advice.TSHARK .. "\n"

  local LEFT = "secagree: from frame %d on no ESP was opened; a filter that names secagree opens all, "
    .. "as `-Y 'sip || secagree'` does\n"

  local function plural(count, word)
    return plain.integer(count) .. " " .. word .. (count == 1 and "" or "s")
  end

  -- The line, nil where there is nothing to say: a healthy network may have notes.
  function M.line(findings, settings)
    local grave, notes = 0, 0
    for _, finding in ipairs(findings) do
      if settings.shown(finding) then
        local note = finding.effect == "none"
        grave, notes = grave + (note and 0 or 1), notes + (note and 1 or 0)
      end
    end
    if grave == 0 then
      return nil
    end
    return LINE:format(plural(grave, "finding") .. (notes > 0 and " and " .. plural(notes, "note") or ""))
  end

  -- At the end of a file: say what no frame could show, or where ESP was left closed.
  function M.tell(settings)
    local left = passes.left()
    local line = left and LEFT:format(left) or M.line(passes.unshown(), settings)
    if line then
      io.stderr:write(line)
    end
  end

  return M
end
