// The types of what travels over the wire and of what the store holds. Types only: nothing here runs.

// ---- the experiment, as design.md writes it ----

/** What is chosen of a family: a bare name, or a name with its arguments. */
export type Choice = string | ({ name: string } & Record<string, unknown>);

export interface Layer {
  units: number;
  activation: Choice;
  initializer: Choice;
  bias_initializer: Choice;
  regularizer: Choice | null;
  constraint: Choice | null;
  batch_normalization: { position: string; momentum: number; epsilon: number } | null;
  dropout: number;
}

export interface OutputLayer {
  activation: Choice | null;
  initializer: Choice;
  bias_initializer: Choice;
  regularizer: Choice | null;
  constraint: Choice | null;
}

export interface Dataset {
  name: string;
  samples: number;
  noise: number;
  label_noise: number;
  stratify: boolean;
  validation_fraction: number;
  test_fraction: number;
  seed: number;
  standardize: boolean;
  [argument: string]: unknown;
}

export type Task = "binary" | "multiclass" | "multilabel" | "regression";

export interface Experiment {
  task: Task;
  dataset: Dataset;
  features: string[];
  layers: Layer[];
  output: OutputLayer;
  loss: Choice;
  optimizer: Choice;
  schedule: Choice;
  batch_size: number | null;
  input: { dropout: number; noise: number };
  clipping: { by: string; threshold: number } | null;
  early_stopping: { monitor: string; patience: number; min_delta: number; restore_best: boolean } | null;
  class_weight: "balanced" | number[] | null;
  label_smoothing: number;
  shuffle: boolean;
  precision: string;
  seed: number;
}

/** An RFC 7396 merge patch: null goes back to the default, lists are replaced whole. */
export type Patch = { [field: string]: unknown };

// ---- the catalogue and the schema ----

export interface Argument {
  name: string;
  label: string;
  help: string;
  default: number | boolean | string;
  minimum: number | null;
  maximum: number | null;
  kind: "number" | "integer" | "boolean" | "option";
  options: string[];
  scale: "linear" | "log";
  unit?: string | null;
}

export interface Curve {
  x: number[];
  value: (number | null)[];
  derivative: (number | null)[];
}

export interface Entry {
  name: string;
  label: string;
  summary: string;
  when: string;
  hazard: string;
  source: string;
  formula: string | null;
  derivative_formula?: string | null;
  aliases: string[];
  tasks: Task[] | null;
  arguments: Argument[];
  range?: [number | null, number | null];
  places?: ("hidden" | "output")[];
  outputs?: string[];
  curve?: Curve;
  output?: string;
  loss?: string;
  columns?: string[];
  classes?: number | null;
  samples?: { minimum: number; default: number; maximum: number };
  standardize?: boolean;
  preview?: { points: number[][]; targets: Target[] };
  /** Of a table that was uploaded. */
  table?: Table;
  share?: boolean;
  map?: { width: number; height: number; low: number; high: number; data: string };
}

export interface Family {
  label: string;
  help: string;
  default: string | null;
  entries: Entry[];
}

export interface Catalogue {
  version?: string;
  conventions: string[];
  limits: Record<string, number>;
  default_experiment: Experiment;
  families: Record<string, Family>;
  /** The tables that were uploaded: they can be chosen like data sets. The page adds them. */
  tables?: Entry[];
}

/** As much of a JSON Schema as the page reads. */
export interface Schema {
  title?: string;
  description?: string;
  default?: unknown;
  type?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
  enum?: string[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  $ref?: string;
  $defs?: Record<string, Schema>;
  "x-scale"?: "linear" | "log";
  "x-unit"?: string;
  "x-live"?: boolean;
}

/** A change that helps against a finding. */
export interface Fix {
  label: string;
  patch: Patch;
  needs_reset: boolean;
}

/** One thing that is wrong with a run. */
export interface Finding {
  name: string;
  label: string;
  severity: "critical" | "warning";
  layers: number[];
  evidence: Record<string, number | null>;
  summary: string;
  cause: string;
  fixes: Fix[];
}

/** How good the answers for one part are. */
export interface Score {
  measure: string;
  value: number | null;
  noise: number | null;
  loss: number | null;
}

/** What the server says is wrong with a run. */
export interface Diagnosis {
  run: string;
  epoch: number;
  healthy: boolean;
  findings: Finding[];
  scores: Record<string, Score>;
  falls_short: boolean;
}

/** One class or label against the rest. */
export interface ClassEvaluation {
  name: string;
  precision: number | null;
  recall: number | null;
  f1: number | null;
  auc: number | null;
  roc: { false_positive_rate: number[]; true_positive_rate: number[] };
}

/** How good the answers are on one part of the data. */
export interface PartEvaluation {
  samples: number;
  all: number;
  confusion?: number[][];
  classes?: ClassEvaluation[];
  calibration?: { error: number | null } | null;
  regression?: {
    mean_absolute_error: number | null;
    root_mean_squared_error: number | null;
    r2: number | null;
    bias: number | null;
    targets: (number | null)[];
    predictions: (number | null)[];
  };
}

/** How good the answers are. */
export interface Evaluation {
  run: string;
  classes: string[] | null;
  parts: Partial<Record<"train" | "validation" | "test", PartEvaluation>>;
}

/** What the schema says that a field may hold. */
export interface Field {
  label: string;
  help: string;
  kind?: string;
  nullable: boolean;
  options?: string[];
  properties?: Record<string, Schema>;
}

/** A number the user can set: what a control needs to know about it. */
export interface NumberSpec {
  label: string;
  help: string;
  minimum: number | null;
  maximum: number | null;
  /** Whether the maximum itself is too much. */
  exclusive?: boolean;
  integer: boolean;
  scale: "linear" | "log";
  unit: string | null;
}

// ---- a session, over REST ----

export type Phase = "ready" | "running" | "paused" | "finished" | "diverged" | "failed";

export interface Note {
  field: string;
  message: string;
}

export interface Session {
  id: string;
  run: string;
  state: Phase;
  stage: number;
  reason: string | null;
  warning?: string | null;
  notes?: Note[];
  step: number;
  epoch: number;
  experiment: Experiment;
  parameter_count: number;
  metrics: Pick<Row, "train" | "validation" | "test" | "penalty"> & { samples: Record<string, number> };
  last_update: LastUpdate | null;
  /** How many clients listen to its stream. */
  watchers: number;
}

/** The training samples of the last update, and their mean loss before and after it. */
export interface LastUpdate {
  samples: number[];
  loss_before: number | null;
  loss: number | null;
}

export interface FieldProblem {
  field: string;
  given: unknown;
  expected: string;
  message: string;
}

/** An RFC 9457 problem document. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: FieldProblem[];
  columns?: string[];
  /** Of a file that is too large: how many rows it has, and how much of it can be taken. */
  rows?: number;
  limits?: { rows: number; columns: number };
}

/** A file that is too large to be taken whole. */
export interface LargeFile {
  columns: string[];
  rows: number;
  limits: { rows: number; columns: number };
}

// ---- uploaded tables ----

export interface Table {
  id: string;
  created: string;
  dataset: { upload: string };
  name: string;
  rows: number;
  inputs: string[];
  task: Task;
  target: string;
  classes: string[] | null;
  /** How many sessions learn from it. */
  uses?: number;
}

/** A column of the file, and the inputs it became: one, or one for each word. */
export interface TableColumn {
  name: string;
  type: "number" | "text" | "date";
  role: "input" | "target" | "unused";
  missing: number;
  inputs: string[];
  note: string;
  words?: string[];
}

/** What was found in a file. */
export interface FoundTable extends Table {
  dropped: number;
  delimiter: string;
  decimal: string;
  header: boolean;
  /** What there is to say about the table as a whole. */
  notes: string[];
  columns: TableColumn[];
  preview: { names: string[]; rows: string[][] };
}

/** How a file is to be read; empty is for what is found out. `column`: the inputs to keep; null: those that can be
 * used. */
export interface TableOptions {
  column: string[] | null;
  rows: string;
  seed: string;
  name: string;
  target: string;
  task: string;
  header: string;
  delimiter: string;
  missing: string;
  encoding: string;
}

/** A class or a number; or for each label whether it holds. */
export type Target = number | number[];

export interface Points {
  points: number[][];
  targets: Target[];
}

export type Part = "train" | "validation" | "test";

/** Two columns, or the plane in which the points spread most. */
export type Axes = [number, number] | "principal";

/** From and to across, from and to upwards. */
export type Domain = [number, number, number, number];

/** What a sample is made of when it is given to be predicted: a column of the table, or of the plane. */
export interface DataField {
  name: string;
  type: "number" | "text" | "date";
  words: string[] | null;
  low: number | string | null;
  high: number | string | null;
  typical: number | string | null;
}

/** What the network says of samples; with an explanation also what moved each answer, the most important field
 * first. */
export interface Prediction {
  outputs: number[][];
  labels: (string | number | string[])[];
  moved?: { field: string; change: number }[][];
}

export interface DatasetPoints {
  columns: string[];
  fields: DataField[];
  /** `range` holds the answers that mean no and yes. */
  targets: { kind: Task; classes: string[] | null; range: [number, number] | null };
  domain: Domain;
  axes: [number, number];
  /** A point x is drawn at `rows x - shift`. */
  principal: { rows: number[][]; shift: number[] } | null;
  parts: Partial<Record<Part, Points>>;
}

/** One change of a run, from its journal: a merge patch, other parameters, or steps of single samples. */
export interface Change {
  seq: number;
  step: number;
  epoch: number;
  kind: "patch" | "parameters" | "step" | "resume";
  what: Record<string, unknown>;
}

export type StepUnit = "sample" | "batch" | "epoch";

/** Where playing is to end. */
export type Until = { epochs: number } | { metric: string; target: number };

export type Command =
  | { command: "play"; rate: number | null; until: Until | null }
  | { command: "pause" }
  | { command: "reset"; seed: "same" | "new" }
  | { command: "step"; unit: StepUnit; count: number };

// ---- the stream ----

export type Measures = Record<string, number | null>;

export interface Row {
  seq: number;
  step: number;
  epoch: number;
  learning_rate: number;
  train: Measures | null;
  validation: Measures | null;
  test: Measures | null;
  penalty: number | null;
  layers: Record<string, number | null>[];
}

export interface Grid {
  low: number;
  high: number;
  data: Uint8Array;
}

/** Which moment a frame shows: the present, or the epoch of the past that was asked for. */
export interface Moment {
  step: number;
  epoch: number;
  past: boolean;
}

export interface BoundaryFrame extends Grid, Moment {
  width: number;
  height: number;
  axes: Axes;
  domain: Domain;
  /** With more than two classes: `data` is the class, this its probability, 0 to 255. */
  confidence?: Uint8Array;
  classes: string[] | number | null;
}

export interface NeuronsFrame extends Moment {
  width: number;
  height: number;
  layers: (Grid & { units: number })[];
}

/** A weight of a layer; without an input, a bias. Of a maxout layer, `unit` is the sum. */
export interface WeightPlace {
  layer: number;
  input: number | null;
  unit: number;
}

export interface WeightChange extends WeightPlace {
  value: number;
}

/** How often a unit's activation gets which sums. */
export interface UnitHistogram {
  low: number;
  high: number;
  counts: number[];
}

/** How often numbers fall into equal bins from low to high. */
export interface Histogram {
  low: number | null;
  high: number | null;
  counts: number[];
  mean: number | null;
  std: number | null;
  not_finite: number;
}

/** What is distributed over a layer. */
export type Distributed = "weights" | "pre_activations" | "activations" | "gradients" | "errors";

export interface LayerDistributions extends Record<Distributed, Histogram> {
  name: string;
}

export interface Distributions {
  run: string;
  step: number;
  epoch: number;
  layers: LayerDistributions[];
}

/** The distributions along a run, the oldest first. */
export interface Course {
  run: string;
  epoch: number;
  moments: { step: number; epoch: number; layers: LayerDistributions[] }[];
}

/** What it costs to switch something off. */
export interface AblationCost {
  part: Part;
  before: Measures;
  after: Measures;
}

/** What was found out about a unit, a weight or a bias. */
export interface Inspection {
  part: string;
  cost: AblationCost | null;
  units: UnitHistogram[];
}

export interface LayerParameters {
  fan_in: number;
  fan_out: number;
  /** One row for each input. */
  weights: Float32Array;
  biases: Float32Array;
}

export interface ParametersFrame extends Moment {
  layers: LayerParameters[];
}

/** What is said of the first points of a part. */
export interface PartAnswers {
  count: number;
  losses: Float32Array;
  /** The class, or the number; several labels have none. */
  answers?: Float32Array;
  /** How likely the class is; with one output, how likely yes is. */
  confidence?: Float32Array;
  /** 1 where the class is wrong. */
  wrong?: Uint8Array;
}

export interface AnswersFrame extends Moment {
  parts: Partial<Record<Part, PartAnswers>>;
}

/** Where a session stands, as `hello` and `state` tell it. */
export interface Standing {
  state: Phase;
  stage: number;
  reason: string | null;
  warning: string | null;
  step: number;
  epoch: number;
  steps_per_second: number | null;
  rate: number | null;
}

export interface Hello extends Standing {
  protocol: number;
  session: string;
  run: string;
  seq: number;
  recovered: boolean;
  experiment: Experiment;
  parameter_count: number;
  notes: Note[];
}

/** Weights and biases as float32 bytes, little endian; one row of weights for each input. */
export interface ParametersMessage extends Moment {
  layers: { fan_in: number; fan_out: number; weights: Uint8Array; biases: Uint8Array }[];
}

/** The same numbers as bytes. */
export interface AnswersMessage extends Moment {
  parts: Partial<
    Record<
      Part,
      { count: number; losses: Uint8Array; answers?: Uint8Array; confidence?: Uint8Array; wrong?: Uint8Array }
    >
  >;
}

export type ServerMessage =
  | ({ type: "hello" } & Hello)
  | { type: "metrics"; run: string; rows: Row[] }
  | ({ type: "boundary" } & BoundaryFrame)
  | ({ type: "neurons" } & NeuronsFrame)
  | ({ type: "parameters" } & ParametersMessage)
  | ({ type: "answers" } & AnswersMessage)
  | ({ type: "state" } & Standing)
  | ({ type: "error" } & Problem);

export interface Subscription {
  metrics: { max_fps: number } | null;
  boundary: { resolution: number; max_fps: number } | null;
  neurons: { resolution: number; max_fps: number } | null;
  parameters: { max_fps: number } | null;
  answers: { max_fps: number } | null;
  plane: { axes: Axes | null; domain: Domain | null };
  epoch: number | null;
}
