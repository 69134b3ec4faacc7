// The types of what the store holds, and the names by which the page calls what travels. Types only: nothing here runs.
// What travels is described by the server, in openapi.d.ts.

import type * as api from "./openapi.js";

export type {
  AblationAnswer as AblationCost,
  ArgumentAnswer as Argument,
  BoundaryMessage as BoundaryFrame,
  Choice,
  ClassEvaluation,
  ColumnAnswer as TableColumn,
  Command,
  CourseAnswer as Course,
  DatasetAnswer as DatasetPoints,
  DiagnosisAnswer as Diagnosis,
  DistributionsAnswer as Distributions,
  EvaluationAnswer as Evaluation,
  FieldAnswer as DataField,
  Finding,
  Fix,
  Histogram,
  JournalEntry as Change,
  LastUpdate,
  Layer,
  MergePatch as Patch,
  MetricsMessage,
  NeuronsMessage as NeuronsFrame,
  NewToken,
  NoteAnswer as Note,
  ParametersMessage,
  PartAnswer as Points,
  PartEvaluation,
  Prediction,
  PredictionsMessage,
  ProblemDocument as Problem,
  SampledCurve as Curve,
  Score,
  TokenLine as Token,
  UnitHistogram,
  UploadAnswer as FoundTable,
} from "./openapi.js";

// ---- parts of what travels ----

export type Task = NonNullable<api.Experiment["task"]>;
export type Phase = api.SessionAnswer["state"];
export type Part = NonNullable<api.Ablation["part"]>;
export type StepUnit = NonNullable<Extract<api.Command, { command: "step" }>["unit"]>;
/** Where playing is to end. */
export type Until = NonNullable<api.SessionAnswer["until"]>;
/** A class or a number; or for each label whether it holds. */
export type Target = number | number[];
/** Two columns, or the plane in which the points spread most. */
export type Axes = api.BoundaryMessage["axes"];
/** From and to across, from and to upwards. */
export type Domain = api.BoundaryMessage["domain"];
/** Which moment a picture shows: the present, or the epoch of the past that was asked for. */
export type Moment = Pick<api.BoundaryMessage, "step" | "epoch" | "past">;
/** An array as one byte for each value. */
export type Grid = Pick<api.BoundaryMessage, "low" | "high" | "data">;
/** What is distributed over a layer. */
export type Distributed = Exclude<keyof api.LayerDistributions, "name">;
/** A weight of a layer; without an input, a bias. Of a maxout layer, `unit` is the sum. */
export type WeightPlace = Omit<WeightChange, "value">;
export type WeightChange = Required<api.WeightChange>;
/** Where a session stands. */
export type Standing = Omit<api.StateMessage, "type">;
/** A table that was uploaded. */
export type Table = Omit<api.UploadLine, "uses"> & Partial<api.UploadLine>;
export type Subscription = Required<Omit<api.Subscribe, "type" | "run" | "since">>;

// ---- an experiment, as the server completes it ----

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

export interface Experiment extends api.Experiment {
  task: Task;
  dataset: Dataset;
  features: string[];
  loss: api.Choice;
}

export interface Session extends api.SessionAnswer {
  experiment: Experiment;
}

export interface Hello extends api.HelloMessage {
  experiment: Experiment;
}

export type ServerMessage = Exclude<api.ServerMessage, { type: "hello" }> | Hello;

// ---- the catalogue and the schema ----

export interface Entry extends api.EntryAnswer {
  /** Of a table that was uploaded. */
  table?: Table;
  standardize?: boolean;
}

export interface Catalogue extends api.CatalogueAnswer {
  default_experiment: Experiment;
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

// ---- what the store holds ----

/** A file that is too large to be taken whole. */
export interface LargeFile {
  columns: string[];
  rows: number;
  limits: api.TableLimits;
}

/** How a file is to be read; empty is for what is found out.
 * `column`: the inputs to keep; null: those that can be used. */
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

/** What was found out about a unit, a weight or a bias. */
export interface Inspection {
  part: string;
  cost: api.AblationAnswer | null;
  units: api.UnitHistogram[];
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

/** What the network predicts for the first points of a part. */
export interface PartPredictions {
  count: number;
  losses: Float32Array;
  /** The predicted class or number; none with several labels. */
  predicted?: Float32Array;
  /** How likely the class is; with one output, how likely yes is. */
  confidence?: Float32Array;
  /** 1 where the class is wrong. */
  wrong?: Uint8Array;
}

export interface PredictionsFrame extends Moment {
  parts: Partial<Record<Part, PartPredictions>>;
}
