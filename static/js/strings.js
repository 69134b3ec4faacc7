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
    newSeedHelp: "Goes back to epoch 0 with new random starting weights. Does it still learn?",
    epoch: "Epoch",
    clockHelp: "Epochs: how many times the network has seen all the training points. In between, the part of the current epoch.",
    fraction: "Part of the current epoch",
    stepCount: "step",
    stepsPerSecond: "steps/s",
    speed: "Speed",
    speedHelp: "How many epochs to train per second. Max speed is as fast as the server can go.",
    rate: (/** @type {number | null} */ rate) => (rate === null ? "Max speed" : rate === 1 ? "1 epoch/s" : `${rate} epochs/s`),
    data: "Data",
    dataHelp: "Opens and closes the data panel.",
    undo: "Undo",
    undoHelp: "Takes back your last change. Keys: Ctrl+Z.",
    redo: "Redo",
    redoHelp: "Brings back the change that Undo took back. Keys: Ctrl+Shift+Z.",
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
    output: "What the network answers, everywhere on the plane.",
    charts: "Loss, accuracy and gradients over time.",
  },
  data: {
    title: "Data",
    sets: "Data sets",
    /** Data that is no entry of the catalogue. @type {Record<string, string>} */
    given: { points: "Own points", upload: "Uploaded table", tensorflow_playground: "TensorFlow Playground" },
    newSeed: "New data",
    newSeedHelp: "Draws other points of the same kind.",
    features: "Features",
    columns: "Columns",
    featureHelp: (/** @type {string} */ summary) => `${summary} Switches this input of the network on or off.`,
    columnHelp: "A column of the table. Switches this input of the network on or off.",
    find: "Find a column",
    findHelp: "Shows only the columns whose names hold what you type.",
    shown: (/** @type {number} */ found, /** @type {number} */ all) => `${count(found)} of ${plural(all, "column")}`,
    lastFeature: "The network needs at least one input.",
    split: (/** @type {number} */ train, /** @type {number} */ test) => `${count(train)} points to train on, ${count(test)} to test on.`,
  },
  tables: {
    title: "Your own table",
    open: "Open a CSV file",
    openHelp: "Learn from a table of your own: a CSV file, which every spreadsheet can save. Or drop the file anywhere on this page. Everyone who can reach this server can see the table.",
    openAnother: "Open another file",
    drop: "Drop the file to learn from it",
    shared: "Everyone who can reach this server can see, use and delete this table, until it is deleted or the server stops. Cancel removes it now.",
    list: "Tables on this server",
    choose: (/** @type {Table} */ { target }) => `Learn from this table: predict ${isolated(target)} from the other columns.`,
    size: (/** @type {Table} */ { rows, inputs }) => `${plural(rows, "row")}, ${plural(inputs.length, "input")}`,
    classCount: (/** @type {number} */ classes) => plural(classes, "class", "classes"),
    look: (/** @type {string} */ name) => `Look at ${isolated(name)}`,
    lookHelp: "Its columns, its first rows, and which columns the network gets.",

    discard: (/** @type {string} */ name) => `Delete ${isolated(name)}`,
    discardHelp: "Removes the table from this server for everyone; asks first. Your file stays where it is.",
    discardTitle: "Delete this table?",
    discardText: (/** @type {Table} */ { name, rows, inputs }) =>
      `\u201c${isolated(name)}\u201d (${plural(rows, "row")}, ${plural(inputs.length, "input")}) will be removed from this server for everyone. You can undo this for 10 minutes. Your file stays where it is.`,
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

    large: (/** @type {number} */ rows, /** @type {number} */ columns) => `This file has ${plural(rows, "row")} and ${plural(columns, "column")}. That is more than a table can have here.`,
    largeRows: (/** @type {number} */ most) => `Choose how many rows to take, up to ${count(most)}.`,
    largeColumns: (/** @type {number} */ most) => `Choose which columns to keep, up to ${count(most)}.`,
    rows: "Rows to take",
    rowsHelp: "They are drawn at random. If classes are predicted, each class keeps its share.",
    rowsOf: (/** @type {number} */ all) => `of ${count(all)}, drawn at random; classes keep their shares`,
    rowsWrong: (/** @type {number} */ most) => `Enter a whole number from 1 to ${count(most)}.`,
    seed: "Seed",
    seedHelp: "Another seed draws other rows; the same seed draws the same ones again.",
    seedWrong: (/** @type {number} */ most) => `Enter a whole number from 0 to ${count(most)}.`,
    readAgain: "Read this selection",
    readAgainHelp: "Sends the file again and takes only these rows and columns of it.",
    tooMany: (/** @type {number} */ chosen, /** @type {number} */ most) => `${count(chosen)} chosen, the maximum is ${count(most)}`,

    name: "Name",
    nameHelp: "What this page calls the table.",
    target: "Predict",
    targetHelp: "The column that the network learns to predict from the others.",
    task: "As",
    taskHelp: "Classification tells two or more classes apart; regression predicts a number. Detected from the column unless you choose.",
    detected: (/** @type {string} */ found) => (found ? `Detected: ${found.charAt(0).toLowerCase()}${found.slice(1)}` : "Detect"),
    header: "First row",
    headerHelp: "Whether the first row holds the names of the columns, or already data.",
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
    previewHelp: "The first rows as they stand in the file. Scroll sideways to see all columns.",
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
      note || { text: `Categories: they become ${inputs.length} inputs of 0 and 1, one for each category.`, date: "A column of dates: one input of the network.", number: "A column of numbers: one input of the network." }[type],
    inputUnread: "Keeps this column of the file.",
    find: "Find a column",
    findHelp: "Shows only the columns whose names contain what you type.",
    shown: (/** @type {number} */ found, /** @type {number} */ all) => `${count(found)} of ${plural(all, "column")}`,
    all: "All",
    allHelp: "Gives the network every column that can be used.",
    none: "None",
    noneHelp: "Clears all columns, so that you can choose a few.",
    noInput: "The network needs at least one column to learn from: choose one under Inputs.",
    warnings: "Good to know",
    note: (/** @type {TableColumn} */ { name, note }) => `\u201c${isolated(name)}\u201d: ${note.charAt(0).toLowerCase()}${note.slice(1)}`,
    gaps: (/** @type {TableColumn} */ { name, missing, type }) =>
      `\u201c${isolated(name)}\u201d: ${missing === 1 ? "1 value is" : `${count(missing)} values are`} missing; ${
        type === "text" ? "there, the inputs of all its categories are 0." : "the mean of the training rows is used instead."}`,
    use: "Use this table",
    useHelp: "The network learns from this table from now on. Undo brings back the data that you had.",
    cancel: "Cancel",
    cancelHelp: "Closes this window and keeps nothing of the file.",
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
    zerosHelp: "Weights into this layer that are exactly 0, drawn as dashed gray lines: nothing passes along them. L1 regularization makes useless weights exactly 0; pruning sets them to 0.",
    unitAlone: (/** @type {number} */ unit) => `unit ${unit + 1}`,
    weightOf: (/** @type {string} */ from, /** @type {string} */ to) => `weight from ${from} to ${to.charAt(0).toLowerCase()}${to.slice(1)}`,
    biasOf: (/** @type {string} */ unit) => `bias of ${unit.charAt(0).toLowerCase()}${unit.slice(1)}`,
    marks: { constraint: "\u2264", dropout: "drop", normalized: "norm" },
    grip: "Drag sideways to move the layer",
    canvas: (/** @type {number[]} */ sizes) =>
      `The network, ${sizes.join(" to ")} units. Each square shows one unit's output across the plane; each line is a weight.`,
    region: "The network's layers, from the input on the left to the output on the right",
    regionHelp: "Squares are units: each shows its output across the plane; click one to look closely. Lines are weights, dots are biases: blue is positive, orange is negative, thick is strong, dashed gray is exactly 0; click one to change it.",
    layers: "Hidden layers",
    addLayer: "Add a layer",
    addLayerHelp: "Adds a hidden layer before the output, so the network can bend its output in more ways.",
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
    help: "When training stops by itself. Press Play again to continue with no limit.",
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
    weight: "How strongly this input counts in the unit's sum. Change it and see what happens; training continues from there.",
    bias: "The number that the unit's sum starts from. Change it and see what happens; training continues from there.",
    value: "value",
    valueHelp: "Any number. It takes effect at the next step; Undo takes it back.",
    past: "This is an earlier epoch, so its weights cannot be changed. Go back to now first, or continue from here.",
    zero: "Set to 0",
    off: "Switch it off: set to 0",
    zeroHelp: "Training may make it grow again. Undo takes it back.",
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
    curve: (/** @type {string} */ activation) => `The curve of ${activation}, with the sums that this unit gets`,
    sums: "Bars: distribution of this unit's inputs over the training points.",
    flat: (/** @type {string} */ share) => `For ${share} of them the curve is flat, so they barely change its weights.`,
    without: "without the unit",
    off: "Switch it off",
    offHelp: "Sets all weights from this unit to 0, so it has no effect. Training may make them grow again. Undo takes it back.",
    weights: "Its weights and bias",
    weightsHelp: "Each is a number you can change.",
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
    moreHelp: "The formula, when to use it, what can go wrong, and where it comes from.",
    fullBatch: "All samples at once (full batch)",
    fullBatchHelp: "Each update uses every training sample: smooth, but fewer updates for the same work.",
    balanced: "Balanced class weights",
    outputUnits: "The data determine how many outputs there are.",
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
    canvas: (/** @type {string} */ shown) => `What the network answers everywhere on the plane. ${shown}`,
    show: "Show",
    /** What a chip says, its full name, and its explanation. @type {[string, string, string]} */
    showTest: ["Test", "Test points", "Also draws the points the network has never learned from, with a dark outline."],
    /** @type {[string, string, string]} */
    showValidation: ["Validation", "Validation points", "Also draws the points by which choices such as early stopping are made, with a violet outline."],
    /** @type {[string, string, string]} */
    markWrong: ["Mistakes", "Mistakes", "A ring around every point that the network gets wrong just now."],
    /** @type {[string, string, string]} */
    hard: ["Hard", "Hard classes", "Shows only the class decided for, not how sure the network is."],
    /** @type {[string, string, string]} */
    contours: ["Contours", "Contours", "Lines of equal answers, as on a map of mountains: close together, the answer is steep."],
    brush: (/** @type {string} */ name) => `${name}: paint points`,
    brushHelp: "Then click or drag on the picture to add training points of this kind. The network keeps what it has learned and goes on with the new data.",
    target: "target",
    loss: "Loss",
    lossHelp: "How wrong the answers are: training makes this small on the training points.",
    train: "Train",
    test: "Test",
    other: "other columns at their mean",
    tryOwn: "Try your own values",
    tryOwnHelp: "A form with one field for each column: what the network predicts for your values, and what moved it most.",
    waiting: "The picture appears when the network is ready.",
    decision: "The line is where the decision changes.",
  },
  points: {
    name: { train: "Training point", validation: "Validation point", test: "Test point" },
    target: "should be",
    answer: "answer",
    right: "right answer",
    wrong: "wrong answer",
    loss: "loss",
    none: "none",
    more: (/** @type {number} */ left) => `and ${left} more`,
  },
  plane: {
    name: "The plane: answers and points",
    help: "Point at anything to read it. Drag to move, + and \u2212 zoom, 0 shows all, n and p go from point to point.",
    tool: "Tools",
    nearer: "Nearer",
    nearerHelp: "Shows less of the plane, larger. Also: Ctrl and the wheel, two fingers, or the key +.",
    farther: "Farther",
    fartherHelp: "Shows more of the plane, also where there are no data. Also: Ctrl and the wheel, two fingers, or the key \u2212.",
    whole: "Show all points",
    wholeHelp: "Back to the part of the plane where the data are. Key: 0.",
    plane: "Plane",
    planeHelp: "Which two columns span the picture; the other columns are at their mean. The principal plane is the one in which the points differ most.",
    across: "Column from left to right",
    upwards: "Column from bottom to top",
    principal: "principal plane",
    columns: "two columns",
    first: "1st principal direction",
    second: "2nd principal direction",
    here: "place",
    tools: { flip: "Flip labels", erase: "Erase points" },
    toolHelp: {
      flip: "Click a point to give it another class. A few wrong ones show how a network bends to fit mistakes.",
      erase: "Drag over points to take them away.",
    },
    tooFew: "At least two training points are needed to learn from.",
  },
  time: {
    title: "Time",
    canvas: (/** @type {number} */ epochs, /** @type {number} */ changes) =>
      `The training loss over the whole run: ${count(epochs)} epochs, ${changes === 1 ? "1 change" : `${changes} changes`}.`,
    empty: "The loss of the whole run will be drawn here.",
    handle: "Epoch that is shown",
    handleHelp: "Drag it back: network, output and figures show that epoch. Arrow keys go epoch by epoch, End comes back to now.",
    now: (/** @type {number} */ epoch) => `Now, epoch ${count(epoch)}`,
    then: (/** @type {number} */ epoch, /** @type {number} */ last) => `Epoch ${count(epoch)} of ${count(last)}`,
    toOriginal: (/** @type {number} */ epoch) => `To the first run (forked at ${count(epoch)})`,
    toOriginalHelp: "Goes back to the run that this one was forked from. This one stays as it is.",
    toFork: (/** @type {number} */ epoch) => `To the fork (from ${count(epoch)})`,
    toForkHelp: "Goes to the run that was forked from this one. This one stays as it is.",
    other: {
      resume: (/** @type {number} */ epoch) => `Epoch ${count(epoch)}: it went on although it was finished`,
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
      gradients: "How strong the gradient is in each layer: vanishing and exploding are seen here.",
      distributions: "How the numbers of each layer are spread, now and along the run.",
      errors: "Which classes are confused, how well each is found; or how far answers are from their targets.",
      predict: "Try your own values: what the network predicts for them, and what moved it most.",
      doctor: "What is wrong with this run, the evidence, the likely cause, and what helps.",
    },
    loss: "Loss",
    accuracy: "Accuracy",
    train: "train",
    test: "test",
    validation: "validation",
    log: "Log scale",
    logHelp: "Each line of the grid is ten times the next: small losses stay visible.",
    logEpochs: "Log epochs",
    logEpochsHelp: "Early epochs get as much room as late ones.",
    smoothing: "Smoothing",
    smoothingHelp: "Draws each line smoother, by an exponential moving average, over a pale line of the values as they are.",
    penalty: "penalty",
    penaltyHelp: "The loss of the data, and apart from it what the regularizers add: training makes their sum small.",
    plotHelp: "Point at it, or press the arrow keys, to read the values of an epoch. Dashed: something was changed. The ring is the best epoch.",
    best: (/** @type {string} */ part, /** @type {string} */ value, /** @type {number} */ epoch) => `best ${part} ${value} at epoch ${epochOf(epoch)}`,
    stopped: (/** @type {number} */ epoch) => `stopped at epoch ${epochOf(epoch)}`,
    resize: "Height of the charts",
    resizeHelp: "Drag it, or press the up and down arrows. It is remembered.",
    gradientNorm: "Gradient norm per layer",
    gradientNormHelp: "The length of the loss's gradient with respect to the layer's weights and biases. If the first layers' lines lie far below the last one's, their gradient vanishes and they hardly learn.",
    epoch: "epoch",
    empty: "Press Play: the curves grow here.",
    chart: (/** @type {string} */ title, /** @type {string} */ values) => `${title} over the epochs. Now: ${values}.`,
    none: "nothing yet",
  },
  strip: {
    title: "Layers over time",
    help: "A row for each layer, the output on top, from the first epoch on the left to now. At a glance: which layers hardly learn, and which ones are torn about.",
    show: "What is shown of the layers",
    showHelp: "Gradient norm: how much the loss asks a layer to change. Update ratio: how much it does change, as a share of its weights. Saturated: where the activation is flat. Dead: units that are flat for every sample.",
    quantities: { gradient_norm: "Gradient norm", update_ratio: "Update ratio", saturated: "Saturated", dead: "Dead units" },
    /** @type {Record<"gradient_norm" | "update_ratio" | "saturated" | "dead", [string, string]>} */
    ends: {
      gradient_norm: ["vanishing (1e\u22128)", "exploding (1e4)"],
      update_ratio: ["stands still (1e\u22128)", "torn about (10)"],
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
    show: "What is distributed",
    names: { weights: "Weights", sums: "Sums", activations: "Activations", gradients: "Gradients", errors: "Errors" },
    help: {
      weights: "The weights of each layer. With L1 many are 0, with too large an initializer they are wide.",
      sums: "What the activations get. Far out on both sides they are saturated.",
      activations: "What the units give to the next layer. If it shrinks from layer to layer, the signal is lost.",
      gradients: "The gradient of the loss by each weight. If it shrinks toward the first layer, it vanishes.",
      errors: "The error that arrives at each sum, of single samples, on the way back.",
    },
    mean: "mean",
    std: "spread",
    spoken: (/** @type {string} */ what, /** @type {string} */ layer, /** @type {string} */ told) => `${what} of ${layer}: ${told}`,
    course: (/** @type {string} */ what, /** @type {string} */ layer) => `${what} of ${layer} along the run, from its beginning above to now below; darker is more`,
    notFinite: (/** @type {number} */ numbers) => `${count(numbers)} are not finite`,
  },
  errors: {
    waiting: "The errors are counted as soon as there is a run.",
    part: { train: "Training", validation: "Validation", test: "Test" },
    samples: (/** @type {number} */ samples, /** @type {number} */ all) =>
      samples < all ? `${count(samples)} of ${count(all)} samples, drawn at random` : `${count(samples)} samples`,
    confusion: "Confusion",
    confusionHelp: "Rows: the class that is so. Columns: the class that was said. On the diagonal all is right.",
    classes: "Each class against the rest",
    /** @type {[string, string][]} */
    columns: [
      ["Precision", "Of those that were called so, the share that is so."],
      ["Recall", "Of those that are so, the share that was called so."],
      ["F1", "The harmonic mean of precision and recall."],
      ["AUC", "The area under the ROC curve: 0.5 is guessing, 1 is perfect."],
    ],
    roc: "ROC",
    rocHelp: "True positives over false positives as the threshold falls. The nearer to the upper left corner, the better.",
    calibration: "Calibration error",
    calibrationHelp: "How far the certainty of the answers is from how often they are right.",
    mae: "Mean absolute error",
    rmse: "Root mean squared error",
    r2: "R\u00b2",
    bias: "Mean residual",
    scatter: "Answer over target",
    scatterHelp: "Each point is a sample: its answer over its target. On the diagonal the answer is right.",
  },
  predict: {
    title: "Try your own values",
    waiting: "You can try your own values as soon as there is a run.",
    sample: "Next sample",
    sampleHelp: "Fills in the values of the next real sample from the data. Then change some and see what happens.",
    typical: "Typical values",
    typicalHelp: "Fills in the mean of each column of numbers, and the most common category of the others.",
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
    moved: "What moved it most",
    movedNumber: "Change compared with the typical value of each column.",
    movedClass: (/** @type {string} */ label) => `Change in the probability of ${isolated(label)}, in percentage points, compared with the typical value of each column.`,
    nothingMoved: "Nothing: every value is typical, or makes no difference here.",
    movedBy: (/** @type {string} */ field, /** @type {string} */ change) => `${isolated(field)}: ${change}`,
  },
  doctor: {
    waiting: "The doctor examines the run as soon as there is one.",
    healthyAtFirst: "No problems found. Press Play: the doctor keeps watching.",
    healthy: "Healthy: the network has learned what these data can teach it.",
    learning: "No problem found so far, but the network has not learned these data yet. Let it train longer; if it stops improving, try more units or other settings.",
    severity: { critical: "serious", warning: "worth a look" },
    fixAnew: "Changes this and starts a new run, because it only helps from the beginning. Undo reverts it.",
    fixNow: "Changes this while training continues. Undo reverts it.",
    undo: "Undo this fix",
    undoHelp: "Brings back the settings from before this fix. A fix that started a new run is undone with a new run.",
    outcomes: { early: "Too early to tell.", helped: "It helped.", same: "It did not help.", worse: "It made things worse." },
    outcome: (/** @type {import("./fix_result.js").Treatment} */ { finding, fix, epoch }, /** @type {import("./fix_result.js").Verdict} */ { outcome, gone, part, before, after, found }) => {
      const measure = before.measure.replaceAll("_", " ");
      const figures = `${part} ${measure} ${score(before)} before, ${score(after)} now; ${part} loss ${score(before, "loss")} before, ${score(after, "loss")} now`;
      const problem = gone ? `no more ${finding.label.toLowerCase()}` : `still ${finding.label.toLowerCase()}`;
      const news = found.length > 0 ? `, but now ${list(found.map((label) => label.toLowerCase()))}` : "";
      return outcome === "early" ? `${fix.label} is judged at epoch ${count(Math.ceil(epoch))}. So far: ${figures}.` : `${fix.label}: ${problem}${news}; ${figures}.`;
    },
  },
  words: {
    firstVisit: (/** @type {string} */ what) => `Press Play: the network learns to ${what}. Watch the output change.`,
    goals: {
      binary: "tell the orange points from the blue ones",
      multiclass: "tell the classes apart",
      multilabel: "tell which labels hold",
      regression: "predict a number for each point",
      table: (/** @type {string} */ target) => `predict ${isolated(target)}`,
    },
    ready: "Ready. Press Play, or change anything first.",
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
    lost: "The connection to the server is lost. Trying again \u2026",
    quiet: "No response from the server for a while. Waiting \u2026",
    unreachableAtStart: "The server cannot be reached. Trying again \u2026",
    gone: "The server no longer has this session: it was ended or idle for too long, or the server was restarted.",
    ended: "This session was ended by another page or a script.",
    copied: (/** @type {number} */ epoch) => `This tab is a copy of another one. It continues on its own from epoch ${count(epoch)}.`,
    startAgain: "Start the same experiment again",
    unreachable: "The server did not answer, so nothing was changed. Try again.",
    startedAgain: (/** @type {string[]} */ fields) => `Started again, because ${list(fields.map(fieldName))} changed.`,
    linkIgnored: (/** @type {string[]} */ parts) => `The link had parts that make no sense here and were left out: ${parts.slice(0, 5).join(", ")}${parts.length > 5 ? " \u2026" : "."}`,
    linkRefused: (/** @type {string} */ why) => `The link's experiment cannot be trained: ${why} This is the default experiment instead.`,
    tableUnknown: "The table of this experiment is no longer on this server. Restore it if it was deleted in the last 10 minutes, or open the CSV file again. Until then the network learns from the default data.",
    past: (/** @type {number} */ epoch, /** @type {number} */ last) => `You see epoch ${count(epoch)} of ${count(last)}.`,
    resume: "Go on from here",
    resumeHelp: "The run goes on from this epoch, just as it was then. What came after it is forgotten.",
    fork: "Fork",
    forkHelp: "A second run goes on from this epoch; the first one stays as it is, and you can go back to it.",
    back: "Back to now",
    backHelp: "Shows the newest epoch again.",
    reset: "Reset",
    lowerRate: (/** @type {number} */ rate) => `Reset with learning rate ${setting(rate)}`,
    retry: "Try now",
    dismiss: "Close this message",
    undo: "Go back",
    undoHelp: "Takes this suggestion back: the experiment as it was before.",
    actionHelp: "A way out of what the message says.",
  },
  suggestions: {
    deeper: "Make it deep with sigmoid",
    deeperHelp: "Six layers of sigmoid: watch the first layers' gradient vanish.",
    deeperWord: "Six sigmoid layers. Look at Gradients below: the first layers' lines lie far under the last one's, so they hardly learn.",
    zeros: "Start from zeros",
    zerosHelp: "Every weight begins at 0: all units of a layer stay the same.",
    zerosWord: "All weights began at 0. Every unit of a layer gets the same gradient, so they stay twins and the network cannot learn.",
    sparse: "Add an L1 penalty",
    sparseHelp: "A penalty on the size of the weights: watch many go to zero.",
    sparseWord: "With L1, each weight must earn its keep. Watch the lines in the network: those of little use fade to nothing.",
    close: "Close the suggestions",
    closeHelp: "They will not come back.",
  },
  share: {
    title: "Share this experiment",
    text: "Whoever opens this link gets the same data, the same network and the same starting weights, at epoch 0.",
    withoutTable: "The link names your table but does not carry it: it works with this server, until it stops or the table is deleted. Give your file along with the link.",
    withoutData: "Points that were painted are too many for a link: whoever opens it gets the same network, but the usual data.",
    leavesOut: "It does not carry what the network has learned so far, nor the moments at which you changed something.",
    field: "Link",
    fieldHelp: "The address of this experiment. Select it and copy it.",
    copy: "Copy",
    copyHelp: "Puts the link on the clipboard.",
    copied: "Copied",
    byHand: "Press Ctrl+C (or \u2318C) to copy the marked link.",
  },
  help: {
    title: "How this page works",
    text: [
      "Data flows in on the left, through the network in the middle, to the answer on the right. Time runs along the bottom.",
      "Each square in the network is a unit. Its picture shows the unit's output at every point of the plane: blue is positive, orange is negative.",
      "Each line is a weight: blue is positive, orange is negative, thick is strong, dashed gray is exactly 0. Training changes the weights to make the loss smaller.",
      "Click a unit to look at it closely, a line or a dot to change that weight or bias. Point at a point of the data to see what the network says of it; take up a color below the picture to paint points of your own.",
      "Drag the handle in the time strip back: everything shows that epoch, and you can go on from there.",
      "You can change everything while it trains. If a change needs a new start, the page says so and goes on.",
      "To learn what a control does, rest on it, move to it with the Tab key, or touch and hold it.",
    ],
    keys: "Keys",
    list: [
      ["Space", "Play, pause"],
      ["\u2192", "Step; in the past one epoch on"],
      ["\u2190", "Back to the epoch before"],
      ["R", "Reset"],
      ["Ctrl+Z", "Undo the last change"],
      ["Ctrl+Shift+Z", "Redo it"],
      ["Arrows", "On a unit: to the next one. On a chart: from epoch to epoch. On the picture: move it"],
      ["+ \u2212 0", "On the picture: nearer, farther, all of it"],
      ["N, P", "On the picture: to the next point and back"],
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
