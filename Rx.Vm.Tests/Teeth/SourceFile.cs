using Rx.Vm.Tests.Teeth.Rules;

namespace Rx.Vm.Tests.Teeth;

/// <summary>A file that faults are planted in.</summary>
/// <param name="Path">Where it is in the repository.</param>
/// <param name="With">The other files that are compiled with it, so that they use it.</param>
/// <param name="Rules">Who judges it, in this order.</param>
internal sealed record SourceFile(string Path, IReadOnlyList<string> With, IReadOnlyList<Type> Rules)
{
    private static readonly string[] Posting = ["Rx.Vm/Reactive/Inbox.cs"];

    private static readonly string[] Delivering = ["Rx.Vm/Reactive/Fanout.cs", "Rx.Vm/Reactive/Delivery.cs"];

    private static readonly string[] Whole =
        [.. new[] { "Inbox", "VmPipeline", "Fanout", "Delivery", "EventDoor" }.Select(name => $"Rx.Vm/Reactive/{name}.cs")];

    // Alone: an extension method that is both in the copy and in the product is ambiguous to whoever calls it as one.
    private static readonly string[] DeadlineTimers = ["Rx.Vm/Reactive/DeadlineTimers.cs"];

    private static readonly string[] Frames =
        [.. new[] { "FrameAssembler", "ControlFrame", "ControlFrameScanner", "TtyFrame", "TtyFrameScanner" }
            .Select(name => $"Rx.Vm/Guest/Wire/{name}.cs")];

    private static readonly string[] Messages = ["Rx.Qmp/Wire/FrameScanner.cs", "Rx.Qmp/Wire/FrameBuffer.cs"];

    public static SourceFile Inbox { get; } = new(Posting[0], Posting, [typeof(InboxRules)]);

    public static SourceFile Pipeline { get; } = new(Whole[1], Whole, [typeof(PipelineRules)]);

    public static SourceFile Timers { get; } = new(DeadlineTimers[0], DeadlineTimers, [typeof(DeadlineRules)]);

    public static SourceFile Fanout { get; } = new(Delivering[0], Delivering, [typeof(FanoutRules)]);

    public static SourceFile Delivery { get; } = new(Delivering[1], Delivering, [typeof(FanoutRules)]);

    public static SourceFile Door { get; } = new(Whole[4], Whole, [typeof(PipelineRules)]);

    public static SourceFile Assembler { get; } = new(Frames[0], Frames, [typeof(ControlFrameRules), typeof(TtyFrameRules)]);

    public static SourceFile ControlFrame { get; } = new(Frames[1], Frames, [typeof(ControlFrameRules), typeof(TtyFrameRules)]);

    public static SourceFile TtyFrame { get; } = new(Frames[3], Frames, [typeof(ControlFrameRules), typeof(TtyFrameRules)]);

    public static SourceFile TtyScanner { get; } = new(Frames[4], Frames, [typeof(ControlFrameRules), typeof(TtyFrameRules)]);

    public static SourceFile QmpScanner { get; } = new(Messages[0], Messages, [typeof(QmpFrameRules)]);

    public static SourceFile QmpBuffer { get; } = new(Messages[1], Messages, [typeof(QmpFrameRules)]);

    public override string ToString() => Path;
}
