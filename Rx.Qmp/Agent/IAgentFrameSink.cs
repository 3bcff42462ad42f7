namespace Rx.Qmp.Agent;

/// <summary>Who is told what was found in an agent's output.</summary>
internal interface IAgentFrameSink
{
    /// <summary>A whole JSON object.</summary>
    /// <param name="frame">Its bytes, valid during the call.</param>
    /// <param name="delimited">True: it came right after the delimiting byte.</param>
    void OnFrame(ReadOnlySpan<byte> frame, bool delimited);

    /// <summary>Bytes that are no JSON object. What follows is passed over up to the next place where one can begin.</summary>
    void OnGarbage();
}
