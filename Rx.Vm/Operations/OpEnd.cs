using Rx.Vm.Fold;

namespace Rx.Vm.Operations;

/// <summary>How an operation has ended.</summary>
/// <param name="Status">0 is success.</param>
/// <param name="Payload">What came of it, or the cause in words.</param>
internal readonly record struct OpEnd(int Status, Payload? Payload = null)
{
    /// <summary>Done.</summary>
    public static OpEnd Done => default;

    /// <summary>Whether it went well.</summary>
    public bool Ok => Status == 0;

    /// <summary>Done, with something to keep or to hand to who asked.</summary>
    public static OpEnd With(Payload payload) => new(0, payload);

    /// <summary>It came to nothing.</summary>
    public static OpEnd Failed(string why) => new(1, new Payload.Words(why));
}
