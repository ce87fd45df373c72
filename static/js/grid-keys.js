(() => {
  "use strict";

  // The keys of a spreadsheet. The field is always there to be typed into, so that Telex and VNI
  // work from the first letter; no letter alone is a command.
  const grid = (window.chiboGrid = window.chiboGrid || {});
  const PAGE = 10;

  grid.keysOf = (view, blocks, moves) => {
    const arrows = {
      ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
      PageUp: [-PAGE, 0], PageDown: [PAGE, 0],
    };

    // Return whether the key was one of the grid's.
    function arrow(event) {
      const by = arrows[event.key];
      if (!by) return false;
      if (moves.list.isOpen() && view.mode === "edit" && by[0]) moves.list.step(by[0]);
      else if (event.altKey && event.key === "ArrowDown") moves.edit();
      else if (view.mode === "edit") return false;
      else if (event.ctrlKey || event.metaKey) moves.go(by[0] * moves.last.r, by[1] * moves.last.c, event.shiftKey);
      else moves.go(...by, event.shiftKey);
      return true;
    }

    function edge(event) {
      if (view.mode === "edit") return false;
      const isEnd = event.key === "End";
      const r = event.ctrlKey ? (isEnd ? moves.last.r : 0) : view.at.r;
      moves.jump(r, isEnd ? moves.last.c : 0, event.shiftKey);
      return true;
    }

    function control(event) {
      const key = event.key.toLowerCase();
      if (key === "d") {
        moves.commit();
        blocks.fillDown();
      } else if (key === "z" && view.mode === "ready") blocks.takeBack();
      else if (key === "s") moves.commit();
      else if (key === "enter") moves.insist();
      else if (key === "home" || key === "end") return edge(event);
      else return false;
      return true;
    }

    const keys = {
      Enter: (event) => { moves.enter(event.shiftKey ? -1 : 1); return true; },
      Tab: (event) => moves.tab(event.shiftKey ? -1 : 1),
      Home: edge,
      End: edge,
      F2: () => { moves.edit(); return true; },
      Escape: () => { moves.escape(); return true; },
      Delete: () => {
        if (view.mode !== "ready") return false;
        blocks.clear();
        return true;
      },
    };

    function onKey(event) {
      // An input method is at work on the text.
      if (event.isComposing || event.keyCode === 229) return;
      const isControl = (event.ctrlKey || event.metaKey) && !event.altKey;
      const isOurs = arrow(event) || (isControl ? control(event) : (keys[event.key] || (() => false))(event));
      if (isOurs) event.preventDefault();
    }

    view.input.addEventListener("keydown", onKey);
  };
})();
