-- The plugin in Wireshark's menus. Does nothing where there is no GUI.

return function(import)
  local M = {}
  local opening = import("wireshark.opening")
  local passes = import("wireshark.passes")
  local limits = import("limits")

  local MENU = "SEC-AGREE/"
  local windows, progress -- nil where there is no GUI
  local ASKED = 250 -- exchanges that are asked what was not checked in them
  local FIELD = "secagree.exchange" -- what a packet must have for its menu

  local function sas()
    local list = {}
    for _, set in ipairs(passes.everything():associations()) do
      for _, sa in ipairs(set.sas) do
        list[#list + 1] = {
          spi = sa.spi, src = sa.src, dst = sa.dst, alg = set.alg, ealg = set.ealg, nonce = set.nonce,
        }
      end
    end
    return list
  end

  -- What could not be checked, by reason: all rules, and of how many exchanges. Of many exchanges
  -- their timelines say it.
  local function unchecked(run)
    local rows = {}
    if run:size() > ASKED then return rows end
    for exchange in run:each_exchange() do
      for _, row in ipairs(exchange.not_checked) do
        local one = rows[row.reason]
        if not one then
          one = { reason = row.reason, rules = {}, exchanges = 0, known = {} }
          rows[row.reason], rows[#rows + 1] = one, one
        end
        one.exchanges = one.exchanges + 1
        for _, rule in ipairs(row.rules) do
          if not one.known[rule] then
            one.known[rule], one.rules[#one.rules + 1] = true, rule
          end
        end
      end
    end
    return rows
  end

  -- What the windows show, see `gui_windows`.
  local function source(settings)
    return {
      count = function() return passes.everything():size() end,
      each = function() return passes.everything():each_exchange() end,
      exchange = function(number) return passes.everything():exchange(number) end,
      unchecked = function() return unchecked(passes.everything()) end,
      about = passes.reach,
      wait = progress.needed,
      closed = function() return opening.closed(passes.everything(), passes.records()) end,
      findings = function()
        local kept = {}
        for _, finding in ipairs(passes.everything():findings()) do
          if settings().shown(finding) then kept[#kept + 1] = finding end
        end
        return kept
      end,
    }
  end

  -- Rows, tree and taps are made anew with what is known now: the filter that stands there is
  -- applied again.
  local function show_again()
    set_filter(get_filter())
    apply_filter()
  end

  -- Wireshark draws its statistics every few seconds while packets with SIP come, and once when all
  -- were read: then what a look could not wait for is analysed, and the windows go along.
  local function follow()
    local listener, before = Listener.new("sip"), 0
    function listener.packet() end

    function listener.draw()
      local count = passes.recorded()
      local steady = count - before <= limits.AT_ONCE -- else a file is being read
      before = count
      if passes.asked() and steady then
        progress.needed(windows.refresh)
      elseif count <= limits.AT_ONCE then
        windows.refresh()
      end
    end
  end

  local function packet_menus()
    local function with(use)
      return function(...)
        for _, info in ipairs({ ... }) do
          if info.name == FIELD then
            use(info.value)
            return
          end
        end
      end
    end
    register_packet_menu(MENU .. "Show the exchange", with(windows.exchange), FIELD)
    register_packet_menu(MENU .. "Filter the exchange", with(windows.filter), FIELD)
  end

  -- Register the menus. `settings` gives the preferences in force.
  function M.register(settings)
    if not gui_enabled() then return end
    passes.windowed = true
    progress = import("wireshark.gui_progress")
    progress.waited = show_again
    windows = import("wireshark.gui_windows").new(source(settings))
    local write = import("wireshark.gui_profile").action(
      function() return settings().keys end, sas, function() return opening.ring(passes.everything()) end
    )
    local function profile()
      if not progress.needed(profile) then write() end
    end
    register_menu(MENU .. "Exchanges", windows.list, MENU_TOOLS_UNSORTED)
    register_menu(MENU .. "Timeline", windows.timeline, MENU_TOOLS_UNSORTED)
    register_menu(MENU .. "Findings", windows.findings, MENU_TOOLS_UNSORTED)
    register_menu(MENU .. "Write keys into a profile", profile, MENU_TOOLS_UNSORTED)
    if register_packet_menu then packet_menus() end -- 4.2 and newer
    follow()
  end

  -- Another capture, or the same anew.
  function M.reset()
    if windows then
      progress.reset()
      windows.reset()
    end
  end

  return M
end
