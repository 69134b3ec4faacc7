// Every sentence the page says itself, in English. Names and explanations of what can be chosen come from the server.
// A further language is a further file of this shape.

import { count, epochOf, memory, setting } from "./format.js";

/** @import { DataField, FoundTable, NumberSpec, Table, TableColumn } from "./types.js" */

export const strings = {
  title: "gradlab",
  header: {
    play: "Play",
    playHelp: "Trains the network, epoch after epoch, until you press Pause. Key: Space.",
    pause: "Pause",
    pauseHelp: "Stops training where it is. Key: Space.",
    step: "Step",
    stepHelp: "Trains a little, then pauses. Choose next to it how far it goes. Key: right arrow.",
    stepUnit: "Step size",
    stepUnitHelp: "How far Step goes: one sample, one batch, or one epoch (every training point once).",
    units: { sample: "Sample", batch: "Batch", epoch: "Epoch" },
    reset: "Reset",
    resetHelp: "Goes back to epoch 0 with the same starting weights, so training will go the same way again. Key: R.",
    newSeed: "New weights",
    newSeedHelp: "Goes back to epoch 0 with new random starting weights. See whether it still learns.",
    epoch: "Epoch",
    clockHelp: "How many times the network has seen all the training points. The bar shows progress through the current epoch.",
    fraction: "Progress through the current epoch",
    stepCount: "step",
    stepsPerSecond: "steps/s",
    speed: "Speed",
    speedHelp: "How many epochs to train per second. Max speed is as fast as the server can go.",
    rate: (/** @type {number | null} */ rate) => (rate === null ? "Max speed" : rate === 1 ? "1 epoch/s" : `${rate} epochs/s`),
    data: "Data",
    dataHelp: "Opens and closes the data panel.",
    undo: "Undo",
    undoHelp: "Reverts your last change. Keys: Ctrl+Z.",
    redo: "Redo",
    redoHelp: "Restores the change that Undo reverted. Keys: Ctrl+Shift+Z.",
    share: "Share",
    shareHelp: "Gets a link to this experiment.",
    help: "Help",
    helpHelp: "How this page works, and its keyboard shortcuts. Key: question mark.",
    theme: { system: "Theme: same as system", light: "Theme: light", dark: "Theme: dark" },
    themeHelp: "Switches between light, dark, and your system's setting.",
  },
  fields: {
    refused: (/** @type {NumberSpec} */ spec, /** @type {string} */ text, /** @type {string} */ stays) => {
      const given = text.trim() ? `, not \u201c${text.trim().slice(0, 30)}\u201d` : "";
      return `${spec.label} must be ${allowed(spec)}${given}.${stays ? ` It stays at ${stays}.` : ""}`;
    },
  },
  tabs: { label: "Parts of the page", data: "Data", network: "Network", output: "Output", charts: "Charts" },
  tabHelp: {
    data: "What the network learns from.",
    network: "The layers, and how they are trained.",
    output: "What the network predicts, everywhere on the plane.",
    charts: "Loss, accuracy and gradients over time.",
  },
  data: {
    title: "Data",
    sets: "Data sets",
    /** Data that is no entry of the catalogue. @type {Record<string, string>} */
    given: { points: "Your own points", upload: "Uploaded table", tensorflow_playground: "TensorFlow Playground" },
    newSeed: "New data",
    newSeedHelp: "Generates new points of the same kind.",
    features: "Features",
    columns: "Columns",
    featureHelp: (/** @type {string} */ summary) => `${summary} Switches this input of the network on or off.`,
    columnHelp: "A column of the table. Switches this input of the network on or off.",
    find: "Find a column",
    findHelp: "Shows only the columns whose names contain what you type.",
    shown: (/** @type {number} */ found, /** @type {number} */ all) => `${count(found)} of ${plural(all, "column")}`,
    lastFeature: "The network needs at least one input.",
    split: (/** @type {number} */ train, /** @type {number} */ test) => `${count(train)} points to train on, ${count(test)} to test on.`,
  },
  tables: {
    title: "Your own table",
    open: "Open a CSV file",
    openHelp: "Learn from your own table: a CSV file, which every spreadsheet program can save. You can also drop the file anywhere on this page. Everyone who can reach this server can see the table.",
    openAnother: "Open another file",
    drop: "Drop the file to learn from it",
    shared: "Everyone who can reach this server can see, use and delete this table, until it is deleted or the server stops. Cancel removes it now.",
    list: "Tables on this server",
    choose: (/** @type {Table} */ { target }) => `Learn from this table: predict ${isolated(target)} from the other columns.`,
    size: (/** @type {Table} */ { rows, inputs }) => `${plural(rows, "row")}, ${plural(inputs.length, "input")}`,
    classCount: (/** @type {number} */ classes) => plural(classes, "class", "classes"),
    look: (/** @type {string} */ name) => `Look at ${isolated(name)}`,
    lookHelp: "Its columns, its first rows, and which columns the network uses.",

    discard: (/** @type {string} */ name) => `Delete ${isolated(name)}`,
    discardHelp: "Removes the table from this server for everyone, after asking you. Your file is not affected.",
    discardTitle: "Delete this table?",
    discardText: (/** @type {Table} */ { name, rows, inputs }) =>
      `\u201c${isolated(name)}\u201d (${plural(rows, "row")}, ${plural(inputs.length, "input")}) will be removed from this server for everyone. You can undo this for 10 minutes. Your file is not affected.`,
    discardNow: "Delete",
    discardNowHelp: "Removes the table from this server for everyone. Undo brings it back for 10 minutes.",
    keep: "Keep it",
    keepHelp: "Closes this window. Nothing is deleted.",
    usedTitle: "This table is in use",
    used: (/** @type {string} */ name, /** @type {boolean} */ here, /** @type {number} */ others) =>
      `\u201c${isolated(name)}\u201d cannot be deleted yet: ${list([...(here ? ["this page"] : []), ...(others > 0 ? [plural(others, here ? "other page" : "page", here ? "other pages" : "pages")] : [])])} ${
        (here ? 1 : 0) + others === 1 ? "is" : "are"} learning from it. Choose other data there first.`,
    usedElsewhere: (/** @type {string} */ name) =>
      `\u201c${isolated(name)}\u201d cannot be deleted yet: another page is learning from it.`,
    deleted: (/** @type {string} */ name) => `\u201c${isolated(name)}\u201d was deleted.`,
    undo: "Undo",
    undoHelp: "Brings the table back for everyone. Possible for 10 minutes.",
    restore: "Restore the table",
    restoreHelp: "Brings the deleted table back and learns from it. Possible for 10 minutes after it was deleted.",
    restored: (/** @type {string} */ name) => `\u201c${isolated(name)}\u201d is back.`,
    notRestored: "The table cannot be restored: it was deleted more than 10 minutes ago, or the server was restarted. Open the CSV file again.",
    lost: "The table of that experiment was deleted, so nothing was changed. Restore it, or open the CSV file again.",

    reading: (/** @type {string} */ file, /** @type {number} */ bytes) => `Reading ${isolated(file)} (${size(bytes)}) \u2026`,
    tooLarge: (/** @type {number} */ bytes, /** @type {number} */ limit) =>
      `The file has ${size(bytes)}; the maximum is ${size(limit)}. Leave out rows or columns, save it again, and open that.`,
    unreadable: "The file could not be sent: the server did not answer, or the file was moved or is a folder. Try again.",
    wayOut: "Fix the file and open it again, or change below how it is read.",

    large: (/** @type {number} */ rows, /** @type {number} */ columns) => `This file has ${plural(rows, "row")} and ${plural(columns, "column")}. That is more than the limit.`,
    largeRows: (/** @type {number} */ most) => `Choose how many rows to take, up to ${count(most)}.`,
    largeColumns: (/** @type {number} */ most) => `Choose which columns to keep, up to ${count(most)}.`,
    rows: "Rows to take",
    rowsHelp: "They are chosen at random. When predicting classes, each class keeps its share.",
    rowsOf: (/** @type {number} */ all) => `of ${count(all)}, chosen at random; classes keep their shares`,
    rowsWrong: (/** @type {number} */ most) => `Enter a whole number from 1 to ${count(most)}.`,
    seed: "Seed",
    seedHelp: "Another seed chooses other rows; the same seed chooses the same ones again.",
    seedWrong: (/** @type {number} */ most) => `Enter a whole number from 0 to ${count(most)}.`,
    readAgain: "Read this selection",
    readAgainHelp: "Sends the file again and takes only these rows and columns of it.",
    tooMany: (/** @type {number} */ chosen, /** @type {number} */ most) => `${count(chosen)} chosen, the maximum is ${count(most)}`,

    name: "Name",
    nameHelp: "What this page calls the table.",
    target: "Predict",
    targetHelp: "The column that the network learns to predict from the others.",
    task: "As",
    taskHelp: "Classification predicts one of two or more classes; regression predicts a number. Detected from the column unless you choose.",
    detected: (/** @type {string} */ found) => (found ? `Detected: ${found.charAt(0).toLowerCase()}${found.slice(1)}` : "Detect"),
    header: "First row",
    headerHelp: "Whether the first row holds column names or data.",
    headers: { true: "column names", false: "data" },
    delimiter: "Separator",
    delimiterHelp: "The character between the columns.",
    delimiters: { comma: "comma", semicolon: "semicolon", tab: "tab", bar: "bar |" },
    missing: "Missing values",
    missingHelp: "What to do with an empty cell: fill it with the mean of the column over the training rows, or leave out its row.",
    missings: { impute: "fill with the mean", drop: "leave out the row" },
    encoding: "Text encoding",
    encodingHelp: "How the file stores its characters. Change it if letters look wrong: old spreadsheets use Windows-1252.",
    encodings: { "utf-8": "UTF-8", "utf-16": "UTF-16", "windows-1252": "Windows-1252" },
    more: "More",
    moreHelp: "How the file is read: first row, separator, missing values, text encoding.",
    closed: "The file itself is not kept. To predict another column, open the file again.",

    found: (/** @type {FoundTable} */ { rows, columns }) => `${plural(rows, "row")}, ${plural(columns.length, "column")}.`,
    classes: (/** @type {FoundTable} */ { target, classes }) =>
      `\u201c${isolated(target)}\u201d has ${plural(classes?.length ?? 0, "class", "classes")}: the network learns to tell them apart.`,
    number: (/** @type {FoundTable} */ { target }) => `\u201c${isolated(target)}\u201d is a number: the network learns to predict it.`,
    preview: "The first rows",
    previewHelp: "The first rows, as they are in the file. Scroll sideways to see all columns.",
    kinds: {
      number: "number",
      date: "date",
      text: (/** @type {number} */ inputs) => plural(inputs, "category", "categories"),
      unused: "left out",
      target: "to predict",
      off: "not used",
    },
    inputs: (/** @type {number} */ used, /** @type {number} */ all) => `Inputs: ${used} of ${plural(all, "column")}`,
    inputHelp: (/** @type {TableColumn} */ { type, inputs, note }) =>
      note || { text: `Categories: ${inputs.length} inputs of 0 or 1, one for each category.`, date: "A column of dates: one input of the network.", number: "A column of numbers: one input of the network." }[type],
    inputUnread: "Keeps this column of the file.",
    find: "Find a column",
    findHelp: "Shows only the columns whose names contain what you type.",
    shown: (/** @type {number} */ found, /** @type {number} */ all) => `${count(found)} of ${plural(all, "column")}`,
    all: "All",
    allHelp: "Selects every column that can be used.",
    none: "None",
    noneHelp: "Clears all columns, so that you can choose a few.",
    noInput: "The network needs at least one column to learn from: choose one under Inputs.",
    warnings: "Good to know",
    note: (/** @type {TableColumn} */ { name, note }) => `\u201c${isolated(name)}\u201d: ${note.charAt(0).toLowerCase()}${note.slice(1)}`,
    gaps: (/** @type {TableColumn} */ { name, missing, type }) =>
      `\u201c${isolated(name)}\u201d: ${missing === 1 ? "1 value is" : `${count(missing)} values are`} missing; ${
        type === "text" ? "there, the inputs of all its categories are 0." : "the mean of the training rows is used instead."}`,
    use: "Use this table",
    useHelp: "The network learns from this table from now on. Undo restores the previous data.",
    cancel: "Cancel",
    cancelHelp: "Closes this window and discards the file.",
  },
  network: {
    title: "Network",
    inputs: "Inputs",
    layer: (/** @type {number} */ index) => `Layer ${index + 1}`,
    output: "Output",
    summary: (/** @type {number[]} */ sizes, /** @type {number} */ parameters, /** @type {number} */ bytes) =>
      `${sizes.join(" \u2192 ")} \u00b7 ${count(parameters)} weights and biases, ${memory(parameters * bytes)}`,
    unit: (/** @type {string} */ layer, /** @type {number} */ unit) => `${layer}, unit ${unit + 1}`,
    unitHelp: "This unit's output across the plane. Click for its formula, curve, effect and weights. Arrow keys: the other units.",
    zeros: (/** @type {number} */ zeros, /** @type {number} */ all) => (all === 1 ? `its weight is ${zeros ? "0" : "not 0"}` : `${count(zeros)} of ${count(all)} weights are 0`),
    zerosShort: (/** @type {number} */ zeros, /** @type {number} */ all) => `${count(zeros)}/${count(all)} are 0`,
    zerosHelp: "Weights into this layer that are exactly 0, drawn as dashed gray lines: no signal passes through them. L1 regularization makes useless weights exactly 0; pruning sets them to 0.",
    unitAlone: (/** @type {number} */ unit) => `unit ${unit + 1}`,
    weightOf: (/** @type {string} */ from, /** @type {string} */ to) => `weight from ${from} to ${to.charAt(0).toLowerCase()}${to.slice(1)}`,
    biasOf: (/** @type {string} */ unit) => `bias of ${unit.charAt(0).toLowerCase()}${unit.slice(1)}`,
    marks: { constraint: "\u2264", dropout: "drop", normalized: "norm" },
    grip: "Drag sideways to move the layer",
    canvas: (/** @type {number[]} */ sizes) =>
      `The network, ${sizes.join(" to ")} units. Each square shows one unit's output across the plane; each line is a weight.`,
    region: "The network's layers, from the input on the left to the output on the right",
    regionHelp: "Squares are units: each shows its output across the plane; click one for details. Lines are weights, dots are biases: blue is positive, orange is negative, thick is strong, dashed gray is exactly 0; click one to change it.",
    layers: "Hidden layers",
    addLayer: "Add a layer",
    addLayerHelp: "Adds a hidden layer before the output, so the network can learn more complex functions.",
    removeLayer: "Remove the last layer",
    removeLayerHelp: "Removes the last hidden layer. With no hidden layers, the model is linear.",
    fewerUnits: (/** @type {string} */ layer) => `${layer}: fewer units`,
    moreUnits: (/** @type {string} */ layer) => `${layer}: more units`,
    unitsOf: (/** @type {string} */ layer) => `${layer}: units`,
    settingsOf: (/** @type {string} */ layer) => `${layer}: settings`,
    settingsHelp: "Activation, initializer, regularizer and their arguments.",
  },
  until: {
    title: "When to stop",
    open: "Play until",
    label: "Play until",
    help: "When training stops automatically. Press Play again to continue without a limit.",
    never: "I press Pause",
    early: "it stops improving",
    atEpoch: "an epoch",
    reaches: (/** @type {string} */ metric) => `${metric} reaches`,
    epoch: (/** @type {number} */ epoch) => `epoch ${count(epoch)}`,
    metric: (/** @type {string} */ metric, /** @type {string} */ target) => `${metric} ${target}`,
    epochLabel: "Epoch",
    epochHelp: "Training stops at the end of this epoch.",
    targetLabel: "Target",
    targetHelp: "Training stops when accuracy (0 to 1) reaches at least this, or when a loss or an error falls to this.",
  },
  weight: {
    weight: "How strongly this input counts in the unit's weighted sum. Change it to see what happens; training continues from there.",
    bias: "The constant added to the unit's weighted sum. Change it to see what happens; training continues from there.",
    value: "value",
    valueHelp: "Any number. It takes effect at the next step; Undo reverts it.",
    past: "This is an earlier epoch, so its weights cannot be changed. Return to now first, or continue from here.",
    zero: "Set to 0",
    off: "Switch it off: set to 0",
    zeroHelp: "Training may change it again. Undo reverts it.",
    asking: "Measuring its effect \u2026",
    without: "without it",
    now: "now",
    part: { train: "Training points", validation: "Validation points", test: "Test points" },
  },
  unit: {
    previous: "Previous unit",
    next: "Next unit",
    stepHelp: "Goes to another unit of the same layer.",
    of: (/** @type {number} */ unit, /** @type {number} */ all) => `${unit} of ${count(all)}`,
    map: "This unit's output across the plane, with the points",
    sum: "sum",
    output: "output",
    /** `normalized`: where a layer normalizes, before or after its activation. */
    applied: (/** @type {string} */ activation, /** @type {string | undefined} */ normalized) => {
      const name = `${activation.charAt(0).toLowerCase()}${activation.slice(1)}`;
      if (normalized === "after") return `${name}(sum), normalized`;
      return `${name}(${normalized ? "normalized sum" : "sum"})`;
    },
    largest: "the largest of these sums",
    more: (/** @type {number} */ terms) => `and ${count(terms)} more`,
    curve: (/** @type {string} */ activation) => `The curve of ${activation}, with the distribution of this unit's pre-activations`,
    sums: "Bars: distribution of this unit's pre-activations over the training points.",
    flat: (/** @type {string} */ share) => `For ${share} of them the unit is saturated: almost no gradient reaches its weights.`,
    without: "without the unit",
    off: "Switch it off",
    offHelp: "Sets all weights from this unit to 0, so it has no effect. Training may change them again. Undo reverts it.",
    weights: "Its weights and bias",
    weightsHelp: "You can change each of them.",
    bias: "bias",
    piece: (/** @type {number} */ piece) => `(piece ${piece})`,
    weightFrom: (/** @type {string} */ name) => `weight from ${name}`,
  },
  editor: {
    moveLeft: "Move left",
    moveRight: "Move right",
    moveHelp: "Changes the order of the layers. You can also drag a layer's name in the network.",
    close: "Close",
    closeHelp: "Closes this panel. Key: Escape.",
    none: "None",
    applyToAll: "Use these settings for all hidden layers",
    applyToAllHelp: "Copies everything except the number of units, which each layer keeps.",
    insertAfter: "Add a layer after this one",
    insertAfterHelp: "Adds another hidden layer just like this one.",
    remove: "Remove this layer",
    removeHelp: "Removes this layer from the network.",
    usedWhen: "Use it",
    hazard: "Watch out",
    source: "Source",
    range: "Range",
    from: (/** @type {string} */ low, /** @type {string} */ high) => `${low} to ${high}`,
    formula: "Formula",
    derivative: "Derivative",
    value: "value",
    slope: "derivative",
    curve: (/** @type {string} */ label) => `The curve of ${label} and of its derivative`,
    more: (/** @type {string} */ name) => `About ${name}`,
    moreHelp: "The formula, when to use it, what can go wrong, and its source.",
    fullBatch: "All samples at once (full batch)",
    fullBatchHelp: "Each update uses every training sample: smoother, but fewer updates for the same amount of work.",
    balanced: "Balanced class weights",
    outputUnits: "The data determine the number of outputs.",
  },
  training: {
    title: "Training",
    more: "More",
    moreHelp: "Clipping, early stopping, noise, schedule, seed and the rest.",
    slower: (/** @type {string} */ what) => `${what}: smaller`,
    faster: (/** @type {string} */ what) => `${what}: larger`,
    open: (/** @type {string} */ what, /** @type {string} */ value) => `${what}: ${value}`,
    full: "all",
  },
  output: {
    title: "Output",
    canvas: (/** @type {string} */ shown) => `What the network predicts everywhere on the plane. ${shown}`,
    show: "Show",
    /** What a chip says, its full name, and its explanation. @type {[string, string, string]} */
    showTest: ["Test", "Test points", "Also shows the points that the network does not train on, with a dark outline."],
    /** @type {[string, string, string]} */
    showValidation: ["Validation", "Validation points", "Also shows the points used for choices such as early stopping, with a violet outline."],
    /** @type {[string, string, string]} */
    markWrong: ["Mistakes", "Mistakes", "Circles every point that the network currently gets wrong."],
    /** @type {[string, string, string]} */
    hard: ["Hard", "Hard classes", "Shows only the predicted class, not the confidence."],
    /** @type {[string, string, string]} */
    contours: ["Contours", "Contours", "Lines of equal output, as on a topographic map. Where they are close together, the output changes quickly."],
    brush: (/** @type {string} */ name) => `${name}: paint points`,
    brushHelp: "Then click or drag on the picture to add training points of this kind. The network keeps what it has learned and continues with the new data.",
    target: "target",
    loss: "Loss",
    lossHelp: "How wrong the predictions are. Training minimizes it on the training points.",
    train: "Train",
    test: "Test",
    other: "other columns at their mean",
    tryOwn: "Try your own values",
    tryOwnHelp: "A form with one field for each column. It shows what the network predicts for your values, and what influenced it most.",
    waiting: "The picture appears when the network is ready.",
    decision: "The line is the decision boundary.",
  },
  points: {
    name: { train: "Training point", validation: "Validation point", test: "Test point" },
    target: "target",
    answer: "prediction",
    right: "correct prediction",
    wrong: "wrong prediction",
    loss: "loss",
    none: "none",
    more: (/** @type {number} */ left) => `and ${left} more`,
  },
  plane: {
    name: "The plane: predictions and points",
    help: "Point at anything to read its values. Drag to move, + and \u2212 zoom, 0 shows all, n and p go from point to point.",
    tool: "Tools",
    nearer: "Zoom in",
    nearerHelp: "Shows a smaller part of the plane, enlarged. Also: Ctrl and the mouse wheel, two fingers, or the + key.",
    farther: "Zoom out",
    fartherHelp: "Shows more of the plane, including where there is no data. Also: Ctrl and the mouse wheel, two fingers, or the \u2212 key.",
    whole: "Show all points",
    wholeHelp: "Returns to the part of the plane with the data. Key: 0.",
    plane: "Plane",
    planeHelp: "Which two columns are shown; the other columns are fixed at their means. The principal plane is the one along which the points vary the most.",
    across: "Column from left to right",
    upwards: "Column from bottom to top",
    principal: "principal plane",
    columns: "two columns",
    first: "1st principal direction",
    second: "2nd principal direction",
    here: "place",
    tools: { flip: "Flip labels", erase: "Erase points" },
    toolHelp: {
      flip: "Click a point to give it another class. A few wrong labels show how the network contorts itself to fit them.",
      erase: "Drag over points to remove them.",
    },
    tooFew: "The network needs at least two training points.",
  },
  time: {
    title: "Time",
    canvas: (/** @type {number} */ epochs, /** @type {number} */ changes) =>
      `The training loss over the whole run: ${count(epochs)} epochs, ${changes === 1 ? "1 change" : `${changes} changes`}.`,
    empty: "The loss of the whole run will appear here.",
    handle: "Epoch shown",
    handleHelp: "Drag it back to see the network, the output and all numbers at an earlier epoch. Arrow keys move by one epoch; End returns to now.",
    now: (/** @type {number} */ epoch) => `Now, epoch ${count(epoch)}`,
    then: (/** @type {number} */ epoch, /** @type {number} */ last) => `Epoch ${count(epoch)} of ${count(last)}`,
    toOriginal: (/** @type {number} */ epoch) => `To the first run (forked at ${count(epoch)})`,
    toOriginalHelp: "Goes back to the run that this one was forked from. This one stays as it is.",
    toFork: (/** @type {number} */ epoch) => `To the fork (from ${count(epoch)})`,
    toForkHelp: "Goes to the run that was forked from this one. This one stays as it is.",
    other: {
      resume: (/** @type {number} */ epoch) => `Epoch ${count(epoch)}: continued after it had finished`,
      step: (/** @type {number} */ epoch) => `Epoch ${count(epoch)}: single samples`,
    },
    change: (/** @type {number} */ epoch, /** @type {string} */ what) => `Epoch ${count(epoch)}: ${what} changed`,
  },
  dock: {
    label: "Charts",
    curves: "Curves",
    gradients: "Gradients",
    distributions: "Distributions",
    errors: "Errors",
    predict: "Predict",
    doctor: "Doctor",
    help: {
      curves: "Loss and accuracy over time.",
      gradients: "How large the gradient is in each layer: shows vanishing and exploding gradients.",
      distributions: "The distributions of each layer's values, now and over the run.",
      errors: "Which classes are confused and how well each is detected; or, in a regression, how far predictions are from targets.",
      predict: "Try your own values: see what the network predicts for them, and what influenced it most.",
      doctor: "What is wrong with this run, the evidence, the likely cause, and how to fix it.",
    },
    loss: "Loss",
    accuracy: "Accuracy",
    train: "train",
    test: "test",
    validation: "validation",
    log: "Log scale",
    logHelp: "Each grid line is ten times the one below, so small losses stay visible.",
    logEpochs: "Log epochs",
    logEpochsHelp: "Gives early epochs as much space as later ones.",
    smoothing: "Smoothing",
    smoothingHelp: "Draws an exponential moving average over a pale line of the original values.",
    penalty: "penalty",
    penaltyHelp: "The data loss and the regularization penalty. Training minimizes their sum.",
    plotHelp: "Point at it, or press the arrow keys, to read the values of an epoch. Dashed lines mark changes. The ring marks the best epoch.",
    best: (/** @type {string} */ part, /** @type {string} */ value, /** @type {number} */ epoch) => `best ${part} ${value} at epoch ${epochOf(epoch)}`,
    stopped: (/** @type {number} */ epoch) => `stopped at epoch ${epochOf(epoch)}`,
    resize: "Height of the charts",
    resizeHelp: "Drag it, or press the up and down arrow keys. Your browser remembers it.",
    gradientNorm: "Gradient norm per layer",
    gradientNormHelp: "The length of the loss's gradient with respect to the layer's weights and biases. If the lines of the first layers lie far below the last one, their gradients vanish and they hardly learn.",
    epoch: "epoch",
    empty: "Press Play to see the curves.",
    chart: (/** @type {string} */ title, /** @type {string} */ values) => `${title} over the epochs. Now: ${values}.`,
    none: "nothing yet",
  },
  strip: {
    title: "Layers over time",
    help: "One row per layer, with the output on top, from the first epoch on the left to now on the right. Shows at a glance which layers hardly learn and which are unstable.",
    show: "Quantity shown for the layers",
    showHelp: "Gradient norm: how strongly the loss depends on a layer's weights. Update ratio: how much each update changes the weights, relative to their size. Saturated: how often the activation is flat. Dead: units that are flat for every sample.",
    quantities: { gradient_norm: "Gradient norm", update_ratio: "Update ratio", saturated: "Saturated", dead: "Dead units" },
    /** @type {Record<"gradient_norm" | "update_ratio" | "saturated" | "dead", [string, string]>} */
    ends: {
      gradient_norm: ["vanishing (1e\u22128)", "exploding (1e4)"],
      update_ratio: ["frozen (1e\u22128)", "unstable (10)"],
      saturated: ["", "all"],
      dead: ["", "all"],
    },
    none: "none",
    fine: "fine",
    nothing: "nothing yet",
    zero: "exactly 0",
    broken: "not finite",
    spoken: (/** @type {string} */ quantity, /** @type {string} */ layers) => `${quantity} of each layer over time. Now: ${layers}.`,
  },
  distributions: {
    title: "Distributions of every layer",
    waiting: "The distributions appear as soon as there is a run.",
    show: "Quantity",
    names: { weights: "Weights", pre_activations: "Pre-activations", activations: "Activations", gradients: "Gradients", errors: "Errors" },
    help: {
      weights: "The weights of each layer. With L1 regularization, many are 0; with too large an initializer, they are spread widely.",
      pre_activations: "What the activations take in. Far out on either side, most activations saturate.",
      activations: "What the units pass to the next layer. If they shrink from layer to layer, the signal is lost.",
      gradients: "The gradient of the loss with respect to each weight. If it shrinks toward the first layer, it vanishes.",
      errors: "The gradient of the loss with respect to each pre-activation, for single samples.",
    },
    mean: "mean",
    std: "std",
    spoken: (/** @type {string} */ what, /** @type {string} */ layer, /** @type {string} */ told) => `${what} of ${layer}: ${told}`,
    course: (/** @type {string} */ what, /** @type {string} */ layer) => `${what} of ${layer} over the run, from the start at the top to now at the bottom; darker means more`,
    notFinite: (/** @type {number} */ numbers) => `${count(numbers)} are not finite`,
  },
  errors: {
    waiting: "The errors appear as soon as there is a run.",
    part: { train: "Training", validation: "Validation", test: "Test" },
    samples: (/** @type {number} */ samples, /** @type {number} */ all) =>
      samples < all ? `${count(samples)} of ${count(all)} samples, chosen at random` : `${count(samples)} samples`,
    confusion: "Confusion",
    confusionHelp: "Rows: the true class. Columns: the predicted class. Correct predictions are on the diagonal.",
    classes: "Each class against the rest",
    /** @type {[string, string][]} */
    columns: [
      ["Precision", "Of the samples predicted as this class, the share that belong to it."],
      ["Recall", "Of the samples that belong to this class, the share predicted as it."],
      ["F1", "The harmonic mean of precision and recall."],
      ["AUC", "The area under the ROC curve: 0.5 is guessing, 1 is perfect."],
    ],
    roc: "ROC",
    rocHelp: "The true positive rate against the false positive rate as the threshold falls. The closer to the upper left corner, the better.",
    calibration: "Calibration error",
    calibrationHelp: "The difference between the confidence of the predictions and how often they are correct.",
    mae: "Mean absolute error",
    rmse: "Root mean squared error",
    r2: "R\u00b2",
    bias: "Mean residual",
    scatter: "Prediction against target",
    scatterHelp: "Each point is a sample. On the diagonal, the prediction equals the target.",
  },
  predict: {
    title: "Try your own values",
    waiting: "You can try your own values as soon as there is a run.",
    sample: "Next sample",
    sampleHelp: "Fills in the values of the next sample from the data. Change some to see what happens.",
    typical: "Typical values",
    typicalHelp: "Fills in the mean of each numeric column and the most common category of the others.",
    part: { train: "training data", validation: "validation data", test: "test data" },
    from: (/** @type {string} */ part, /** @type {number} */ index, /** @type {number} */ all) => `Sample ${count(index + 1)} of ${count(all)} from the ${part}`,
    own: "Your own values",
    unknown: "not known",
    help: (/** @type {DataField} */ { type, low, high, typical }) =>
      `${low !== null && high !== null ? `In the data: ${told(low)} to ${told(high)}. ` : ""}${typical !== null ? `Typical: ${told(typical)}. ` : ""}${
        type === "text" ? "Choose \u201cnot known\u201d for a missing value." : "Leave it empty if it is not known."}`,
    notANumber: "Enter a number, or leave it empty.",
    notADate: "Enter a whole date, or leave it empty.",
    unused: (/** @type {number} */ columns) => `${plural(columns, "column")} of the data ${columns === 1 ? "is" : "are"} not used by this network.`,
    answer: "Prediction",
    probability: (/** @type {string} */ share) => `probability ${share}`,
    output: (/** @type {string} */ value) => `output ${value}`,
    none: "none",
    right: (/** @type {string} */ truth) => `Correct: the sample\u2019s label is ${isolated(truth)}.`,
    wrong: (/** @type {string} */ truth) => `Wrong: the sample\u2019s label is ${isolated(truth)}.`,
    truth: (/** @type {string} */ truth, /** @type {string} */ off) => `True value ${truth}; the prediction is off by ${off}.`,
    fix: "Fix the marked values to see a prediction.",
    moved: "What influenced it most",
    movedNumber: "Change compared with the typical value of each column.",
    movedClass: (/** @type {string} */ label) => `Change in the probability of ${isolated(label)}, in percentage points, compared with the typical value of each column.`,
    nothingMoved: "Nothing: every value is typical or makes no difference here.",
    movedBy: (/** @type {string} */ field, /** @type {string} */ change) => `${isolated(field)}: ${change}`,
  },
  doctor: {
    waiting: "The doctor checks the run as soon as there is one.",
    healthyAtFirst: "No problems found. Press Play: the doctor checks as the network trains.",
    healthy: "Healthy: the network has learned what this data can teach it.",
    learning: "No problem found so far, but the network has not learned this data yet. Let it train longer; if it stops improving, try more units or other settings.",
    severity: { critical: "serious", warning: "worth a look" },
    fixAnew: "Changes this and starts a new run, because it only helps from the beginning. Undo reverts it.",
    fixNow: "Changes this while training continues. Undo reverts it.",
    undo: "Undo this fix",
    undoHelp: "Brings back the settings from before this fix. A fix that started a new run is undone with a new run.",
    outcomes: { early: "Too early to tell.", helped: "It helped.", same: "It did not help.", worse: "It made things worse." },
    outcome: (/** @type {import("./treatment.js").Treatment} */ { finding, fix, epoch }, /** @type {import("./treatment.js").Verdict} */ { outcome, gone, part, before, after, found }) => {
      const measure = before.measure.replaceAll("_", " ");
      const figures = `${part} ${measure} ${score(before)} before, ${score(after)} now; ${part} loss ${score(before, "loss")} before, ${score(after, "loss")} now`;
      const problem = gone ? `no more ${finding.label.toLowerCase()}` : `still ${finding.label.toLowerCase()}`;
      const news = found.length > 0 ? `, but now ${list(found.map((label) => label.toLowerCase()))}` : "";
      return outcome === "early" ? `${fix.label} will be evaluated at epoch ${count(Math.ceil(epoch))}. So far: ${figures}.` : `${fix.label}: ${problem}${news}; ${figures}.`;
    },
  },
  words: {
    firstVisit: (/** @type {string} */ what) => `Press Play: the network learns to ${what}. Watch the output change.`,
    goals: {
      binary: "tell the orange points from the blue ones",
      multiclass: "tell the classes apart",
      multilabel: "tell which labels apply",
      regression: "predict a number for each point",
      table: (/** @type {string} */ target) => `predict ${isolated(target)}`,
    },
    ready: "Ready. Press Play, or change the settings first.",
    running: (/** @type {number} */ samples, /** @type {number} */ batch) =>
      `Training: each epoch shows the network all ${count(samples)} training points once, ${count(batch)} at a time.`,
    paused: "Paused. Play continues from here; Reset starts over.",
    /** After a step by one sample or one batch. `point`: what the only sample is. */
    stepped: (/** @type {number} */ step, /** @type {{ index: number, target: string } | null} */ point, /** @type {number} */ samples) =>
      point ? `Step ${count(step)} trained on point ${count(point.index + 1)} (${point.target}):` : `Step ${count(step)} trained on a batch of ${plural(samples, "point")}:`,
    lossMoved: (/** @type {string} */ before, /** @type {string} */ after, /** @type {boolean} */ one, /** @type {number} */ direction) =>
      direction === 0 ? `${one ? "its loss" : "their mean loss"} stayed at ${after}.` : `${one ? "its loss" : "their mean loss"} ${direction < 0 ? "fell" : "rose"} from ${before} to ${after}.`,
    seen: (/** @type {number} */ epoch, /** @type {number} */ seen, /** @type {number} */ all) =>
      seen === 0 ? `That completed epoch ${count(epoch)}.` : `Epoch ${count(epoch + 1)}: ${count(seen)} of ${count(all)} training points seen.`,
    finished: (/** @type {string} */ reason) => `Finished. ${reason}`,
    failed: (/** @type {string} */ reason) => `The server stopped this session: ${reason}`,
    diverged: "Training diverged.",
    learned: "It learned this. Try next:",
    tryThis: "Try next:",
    loading: "Loading the menus from the server \u2026",
    waitingFor: (/** @type {string} */ what) => `The server is getting ready: ${what}`,
    compiling: "This happens once and takes up to 20 seconds.",
    lost: "The connection to the server was lost. Reconnecting \u2026",
    quiet: "No response from the server. Reconnecting \u2026",
    unreachableAtStart: "The server cannot be reached. Trying again \u2026",
    gone: "The server no longer has this session: it was ended, it was idle for too long, or the server was restarted.",
    ended: "This session was ended by another page or a script.",
    copied: (/** @type {number} */ epoch) => `This tab is a copy of another one. It continues independently from epoch ${count(epoch)}.`,
    startAgain: "Restart this experiment",
    unreachable: "The server did not answer, so nothing was changed. Try again.",
    startedAgain: (/** @type {string[]} */ fields) => `Restarted, because ${list(fields.map(fieldName))} changed.`,
    linkIgnored: (/** @type {string[]} */ parts) => `Some parts of the link were not understood and ignored: ${parts.slice(0, 5).join(", ")}${parts.length > 5 ? " \u2026" : "."}`,
    linkRefused: (/** @type {string} */ why) => `The link's experiment cannot be trained: ${why} The default experiment is shown instead.`,
    tableUnknown: "The table of this experiment is no longer on this server. Restore it if it was deleted in the last 10 minutes, or open the CSV file again. Until then the network learns from the default data.",
    past: (/** @type {number} */ epoch, /** @type {number} */ last) => `You are looking at epoch ${count(epoch)} of ${count(last)}.`,
    resume: "Continue from here",
    resumeHelp: "Continues the run from this epoch, exactly as it was. Everything after it is discarded.",
    fork: "Fork",
    forkHelp: "Starts a second run from this epoch. The first one stays as it is, and you can return to it.",
    back: "Back to now",
    backHelp: "Shows the latest epoch again.",
    reset: "Reset",
    lowerRate: (/** @type {number} */ rate) => `Reset with learning rate ${setting(rate)}`,
    retry: "Try now",
    dismiss: "Close this message",
    undo: "Go back",
    undoHelp: "Reverts this suggestion and restores the previous experiment.",
    actionHelp: "Resolves what the message describes.",
  },
  suggestions: {
    deeper: "Make it deep with sigmoid",
    deeperHelp: "Six sigmoid layers: watch the gradient vanish in the first layers.",
    deeperWord: "Six sigmoid layers. Look at Gradients below: the lines of the first layers lie far below the last one, so they hardly learn.",
    zeros: "Start from zeros",
    zerosHelp: "Every weight starts at 0: all units of a layer stay identical.",
    zerosWord: "All weights started at 0. All units of a layer get the same gradient, so they stay identical and the network cannot learn.",
    sparse: "Add an L1 penalty",
    sparseHelp: "A penalty on the size of the weights: watch many become zero.",
    sparseWord: "With L1 regularization, weights that help little shrink to zero. Watch their lines in the network disappear.",
    close: "Close the suggestions",
    closeHelp: "They will not appear again.",
  },
  share: {
    title: "Share this experiment",
    text: "Anyone who opens this link gets the same data, the same network and the same starting weights, at epoch 0.",
    withoutTable: "The link refers to your table but does not contain it. It works only with this server, until it stops or the table is deleted. Share your file along with the link.",
    withoutData: "You have painted too many points for a link: anyone who opens it gets the same network, but the default data.",
    leavesOut: "It does not contain what the network has learned so far, or when you made changes.",
    field: "Link",
    fieldHelp: "The address of this experiment. Select and copy it.",
    copy: "Copy",
    copyHelp: "Puts the link on the clipboard.",
    copied: "Copied",
    byHand: "Press Ctrl+C (or \u2318C) to copy the marked link.",
  },
  help: {
    title: "How this page works",
    text: [
      "Data flows from the left, through the network in the middle, to the output on the right. Time runs along the bottom.",
      "Each square in the network is a unit. Its picture shows the unit's output at every point of the plane: blue is positive, orange is negative.",
      "Each line is a weight: blue is positive, orange is negative, thick is strong, dashed gray is exactly 0. Training changes the weights to make the loss smaller.",
      "Click a unit for details, or a line or a dot to change that weight or bias. Point at a data point to see what the network predicts for it. Choose a color below the picture to paint your own points.",
      "Drag the handle in the time strip back: everything shows that epoch, and you can continue from there.",
      "You can change everything during training. If a change needs a restart, the page says so and continues.",
      "To learn what a control does, hover over it, move to it with the Tab key, or touch and hold it.",
    ],
    keys: "Keys",
    list: [
      ["Space", "Play, pause"],
      ["\u2192", "Step; at an earlier epoch, one epoch forward"],
      ["\u2190", "Back one epoch"],
      ["R", "Reset"],
      ["Ctrl+Z", "Undo the last change"],
      ["Ctrl+Shift+Z", "Redo it"],
      ["Arrows", "On a unit: to the next one. On a chart: from epoch to epoch. On the picture: pan"],
      ["+ \u2212 0", "On the picture: zoom in, zoom out, show all"],
      ["N, P", "On the picture: to the next or previous point"],
      ["?", "This help"],
      ["Esc", "Close what is open"],
    ],
  },
};

/** A score or its loss in a sentence.
 * @type {(score: import("./types.js").Score, which?: "value" | "loss") => string} */
function score(score, which = "value") {
  const value = score[which];
  if (value === null) return "not finite";
  return which === "value" && score.measure.endsWith("accuracy") ? `${(100 * value).toFixed(1)}\u00a0%` : String(Number(value.toPrecision(3)));
}
/** A number of a column as short as it can be read; a date as it is.
 * @type {(value: number | string) => string} */
const told = (value) => (typeof value === "number" ? setting(Number(value.toPrecision(4))) : value);

/** A size in bytes, as people say it.
 * @type {(bytes: number) => string} */
function size(bytes) {
  if (bytes < 1 << 20) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  return `${Number((bytes / (1 << 20)).toFixed(bytes % (1 << 20) ? 2 : 0))} MB`;
}

/** @type {(number: number, one: string, many?: string) => string} */
function plural(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** What a field may hold.
 * @type {(spec: NumberSpec) => string} */
function allowed({ minimum, maximum, exclusive, integer }) {
  const kind = integer ? "a whole number" : "a number";
  const most = maximum === null ? "" : `${exclusive ? "less than " : ""}${bound(maximum)}`;
  if (minimum !== null && most) return `${kind} from ${bound(minimum)} to ${most}`;
  if (minimum !== null) return `${kind} of at least ${bound(minimum)}`;
  return most ? `${kind} of at most ${most}` : kind;
}

/** @type {(value: number) => string} */
const bound = (value) => (Number.isInteger(value) && Math.abs(value) < 1e12 ? value.toLocaleString("en").replace("-", "\u2212") : setting(value));

/** A name that may be written from right to left, kept from turning the sentence around it.
 * @type {(name: string) => string} */
const isolated = (name) => `\u2068${name}\u2069`;

/** What the fields of an experiment are called in a sentence. */
const FIELD_NAMES = /** @type {Record<string, string>} */ ({
  task: "the task",
  dataset: "the data",
  parameters: "the weights",
  features: "the inputs",
  units: "the number of units",
  layers: "the number of layers",
  activation: "the activation",
  initializer: "the initializer",
  bias_initializer: "the bias initializer",
  regularizer: "the regularizer",
  constraint: "the constraint",
  batch_normalization: "batch normalization",
  dropout: "the dropout rate",
  input: "the input layer",
  clipping: "gradient clipping",
  early_stopping: "early stopping",
  class_weight: "the class weights",
  label_smoothing: "label smoothing",
  output: "the output",
  loss: "the loss",
  optimizer: "the optimizer",
  learning_rate: "the learning rate",
  schedule: "the schedule",
  batch_size: "the batch size",
  shuffle: "shuffling",
  precision: "the precision",
  seed: "the seed",
});

/** A dotted field in plain words; what is inside `dataset` is all called the data.
 * @type {(field: string) => string} */
export function fieldName(field) {
  const parts = field.split(".");
  const known = parts[0] === "dataset" ? ["dataset"] : parts.filter((part) => part in FIELD_NAMES);
  const last = known.at(-1);
  return last ? FIELD_NAMES[last] : field;
}

/** @type {(items: string[]) => string} */
export function list(items) {
  const distinct = [...new Set(items)];
  if (distinct.length < 2) return distinct.join("");
  return `${distinct.slice(0, -1).join(", ")} and ${distinct.at(-1)}`;
}
