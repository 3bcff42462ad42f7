namespace Rx.Qmp.Agent;

/// <summary>What a guest agent says about one of its commands.</summary>
/// <param name="Enabled">False: the guest's administrator, or a freeze, has switched it off.</param>
/// <param name="AnswersSuccess">False: it answers only with errors.</param>
public sealed record QgaCommandInfo(bool Enabled, bool AnswersSuccess);
