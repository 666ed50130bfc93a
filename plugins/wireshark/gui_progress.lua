-- An analysis that takes longer than a moment, with a window that says how far it is and stops it.
-- Never from within a dissection: Wireshark's window lives meanwhile, and may ask for packets.

return function(import)
  local M = {}
  local passes = import("wireshark.passes")
  local text = import("wireshark.gui_text")

  local TITLE = "SEC-AGREE analysis"
  local EVERY = 0.1 -- seconds between two looks at what the user does

  M.waited = function() end -- told when that is known for which somebody looked before

  local open -- the window, nil where there is none

  local function say(one, content)
    if open == one then one.window:set(content) end
  end

  local function shut(one)
    if open == one then
      open = nil
      one.window:close()
    end
  end

  -- Analyse what is left, then call `use`. Wireshark's own bar in the status line lets its window
  -- live; its cross stops nothing that Lua does, so there is a button here.
  local function work(one, use)
    if one.working then return end
    one.working, one.stop = true, false
    say(one, text.progress(passes.progress()))
    local bar, told = ProgDlg.new("SEC-AGREE", "analysis"), os.clock()
    local function go_on(done, all)
      if os.clock() - told >= EVERY then
        say(one, text.progress(done, all))
        bar:update(done / all, "analysis")
        told = os.clock()
      end
      return not (one.stop or bar:stopped())
    end
    local worked, done, waited = pcall(passes.analyse, go_on)
    bar:close()
    one.working = false
    if not worked then
      say(one, tostring(done))
    elseif done or one.gone then
      shut(one)
      if done then use() end
      if done and waited then M.waited() end
    else
      say(one, text.stopped(passes.progress()))
    end
  end

  -- Another capture: what goes on or was stopped is of no use any more.
  function M.reset()
    if open and open.working then
      open.gone = true
    elseif open then
      shut(open)
    end
  end

  -- Whether `use` has to wait for an analysis; then it is called after that.
  function M.needed(use)
    if not passes.due() then return false end
    if open then
      work(open, use)
      return true
    end
    local one = { window = TextWindow.new(TITLE) }
    open = one
    one.window:set_editable(false)
    one.window:set_atclose(function()
      one.stop = true
      if open == one then open = nil end
    end)
    one.window:add_button("Stop", function() one.stop = true end)
    one.window:add_button("Go on", function() work(one, use) end)
    work(one, use)
    return true
  end

  return M
end
