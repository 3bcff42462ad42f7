namespace Rx.Qmp.Session;

/// <summary>The two stages of a command's time limit.</summary>
/// <param name="Start">When it was called, on the session's stopwatch.</param>
/// <param name="Warn">When to report it as slow.</param>
/// <param name="Fail">When to give it up.</param>
internal readonly record struct CommandDeadlines(TimeSpan Start, TimeSpan Warn, TimeSpan Fail);
