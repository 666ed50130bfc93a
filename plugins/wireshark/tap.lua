-- `tshark -z secagree,tree`: the summary, once all was read.

return function(import)
  local M = {}
  local OFF = "SIP Security Agreement: switched off by the preference secagree.enabled"
  local opening = import("wireshark.opening")
  local passes = import("wireshark.passes")

  -- Register it. `settings` gives the preferences in force.
  function M.register(settings)
    register_stat_cmd_arg("secagree,tree", function()
      passes.kept = true
      local listener = Listener.new("frame", "sip or esp")
      function listener.packet() end

      function listener.draw()
        if not settings().enabled then
          print(OFF)
          return
        end
        local summary, text = import("wireshark.summary"), import("wireshark.gui_text")
        local run = passes.everything()
        local kept = {}
        for _, finding in ipairs(run:findings()) do
          if settings().shown(finding) then
            kept[#kept + 1] = finding
          end
        end
        local lines = summary.lines(run:each_exchange(), kept, passes.lost())
        lines[#lines + 1] = text.closed(opening.closed(run, passes.records()))
        print((table.concat(lines, "\n"):gsub("\n$", "")))
      end
    end)
  end

  return M
end
