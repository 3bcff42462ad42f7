namespace Rx.Qmp.Testing;

/// <summary>In which order a fake server runs commands.</summary>
public enum FakeQmpDispatch
{
    /// <summary>Each as soon as it arrives; one that is never answered holds up no other.</summary>
    Immediate,

    /// <summary>As QEMU does: one at a time in the order of arrival. With the oob capability enabled eight more may wait, then it stops
    /// reading; without it stops reading while a command runs. Commands sent out of band run as soon as they are read.</summary>
    LikeQemu,
}
